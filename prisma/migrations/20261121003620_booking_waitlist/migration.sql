CREATE TYPE booking."WaitlistStatus" AS ENUM ('WAITING', 'OFFERED', 'BOOKED', 'LAPSED', 'LEFT');

-- Somebody who takes a slot when one is given back, first come first served. An offer is a booking held for her.
CREATE TABLE booking.waitlist_entry (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  client_id   uuid NOT NULL,
  service_id  uuid NOT NULL,
  provider_id uuid,
  earliest    timestamptz(3) NOT NULL,
  latest      timestamptz(3) NOT NULL,
  status      booking."WaitlistStatus" NOT NULL DEFAULT 'WAITING',
  booking_id  uuid,
  created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT waitlist_entry_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT waitlist_entry_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id)
    REFERENCES booking.client (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT waitlist_entry_tenant_id_service_id_fkey FOREIGN KEY (tenant_id, service_id)
    REFERENCES booking.service (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT waitlist_entry_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES booking.provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT waitlist_entry_tenant_id_booking_id_fkey FOREIGN KEY (tenant_id, booking_id)
    REFERENCES booking.booking (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT waitlist_entry_waits_for_a_stretch CHECK (earliest <= latest),
  CONSTRAINT waitlist_entry_has_a_booking_once_offered CHECK (status NOT IN ('OFFERED', 'BOOKED') OR booking_id IS NOT NULL)
);
CREATE INDEX waitlist_entry_tenant_id_status_created_at_id_idx
  ON booking.waitlist_entry (tenant_id, status, created_at, id);
CREATE INDEX waitlist_entry_tenant_id_client_id_idx ON booking.waitlist_entry (tenant_id, client_id);
CREATE INDEX waitlist_entry_tenant_id_service_id_idx ON booking.waitlist_entry (tenant_id, service_id);
CREATE INDEX waitlist_entry_tenant_id_provider_id_idx ON booking.waitlist_entry (tenant_id, provider_id);
CREATE UNIQUE INDEX waitlist_entry_tenant_id_booking_id_key ON booking.waitlist_entry (tenant_id, booking_id);
SELECT kernel.isolate_tenant_rows('booking.waitlist_entry');
