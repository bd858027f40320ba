-- What a service that is more than one booking goes through, in order.
CREATE TABLE booking.service_step (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  service_id uuid NOT NULL,
  position   integer NOT NULL,
  name       text NOT NULL,
  CONSTRAINT service_step_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT service_step_tenant_id_service_id_fkey FOREIGN KEY (tenant_id, service_id)
    REFERENCES booking.service (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX service_step_tenant_id_service_id_name_key ON booking.service_step (tenant_id, service_id, name);
SELECT kernel.isolate_tenant_rows('booking.service_step');

-- How far a client has come.
CREATE TABLE booking.completed_step (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  client_id    uuid NOT NULL,
  step_id      uuid NOT NULL,
  completed_at timestamptz(3) NOT NULL,
  CONSTRAINT completed_step_pkey PRIMARY KEY (tenant_id, client_id, step_id),
  CONSTRAINT completed_step_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id)
    REFERENCES booking.client (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT completed_step_tenant_id_step_id_fkey FOREIGN KEY (tenant_id, step_id)
    REFERENCES booking.service_step (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX completed_step_tenant_id_step_id_idx ON booking.completed_step (tenant_id, step_id);
SELECT kernel.isolate_tenant_rows('booking.completed_step');
