-- Where a provider or a resource was last: the latest report alone is kept.
CREATE TABLE booking.reported_position (
  tenant_id       uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  -- Id of the provider or of the resource.
  subject_id      uuid NOT NULL,
  provider_id     uuid,
  resource_id     uuid,
  latitude        double precision NOT NULL,
  longitude       double precision NOT NULL,
  accuracy_meters integer,
  measured_at     timestamptz(3) NOT NULL,
  reported_at     timestamptz(3) NOT NULL,
  CONSTRAINT reported_position_pkey PRIMARY KEY (tenant_id, subject_id),
  CONSTRAINT reported_position_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES booking.provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT reported_position_tenant_id_resource_id_fkey FOREIGN KEY (tenant_id, resource_id)
    REFERENCES booking.resource (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT reported_position_is_of_one CHECK (
    num_nonnulls(provider_id, resource_id) = 1 AND subject_id = coalesce(provider_id, resource_id)),
  CONSTRAINT reported_position_is_on_earth CHECK (
    latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180 AND accuracy_meters >= 0)
);
CREATE UNIQUE INDEX reported_position_tenant_id_provider_id_key ON booking.reported_position (tenant_id, provider_id);
CREATE UNIQUE INDEX reported_position_tenant_id_resource_id_key ON booking.reported_position (tenant_id, resource_id);
SELECT kernel.isolate_tenant_rows('booking.reported_position');
