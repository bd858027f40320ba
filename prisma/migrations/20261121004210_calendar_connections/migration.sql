CREATE TYPE booking."CalendarKind" AS ENUM ('CALDAV', 'GOOGLE', 'MICROSOFT');
CREATE TYPE booking."CalendarConnectionStatus" AS ENUM ('ACTIVE', 'PAUSED', 'REFUSED', 'LEAVING');

-- A calendar elsewhere that is kept in step with a provider's bookings: they are written there, and what else
-- stands there keeps her from being booked.
CREATE TABLE booking.calendar_connection (
  tenant_id      uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id             uuid NOT NULL,
  provider_id    uuid NOT NULL,
  kind           booking."CalendarKind" NOT NULL,
  address        text NOT NULL,
  account        text NOT NULL,
  sealed         text NOT NULL,
  status         booking."CalendarConnectionStatus" NOT NULL DEFAULT 'ACTIVE',
  names_clients  boolean NOT NULL,
  sync_token     text,
  read_whole_at  timestamptz(3),
  last_synced_at timestamptz(3),
  last_error     text,
  leased_until   timestamptz(3),
  next_sync_at   timestamptz(3),
  tenant         jsonb NOT NULL,
  created_by     uuid NOT NULL,
  created_at     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT calendar_connection_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT calendar_connection_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES booking.provider (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT calendar_connection_is_looked_at_while_active CHECK ((status = 'ACTIVE') = (next_sync_at IS NOT NULL))
);
CREATE UNIQUE INDEX calendar_connection_tenant_id_provider_id_kind_address_key
  ON booking.calendar_connection (tenant_id, provider_id, kind, address);
CREATE INDEX calendar_connection_tenant_id_created_at_id_idx ON booking.calendar_connection (tenant_id, created_at, id);
CREATE INDEX calendar_connection_next_sync_at_idx ON booking.calendar_connection (next_sync_at);
SELECT kernel.isolate_tenant_rows('booking.calendar_connection');

-- A booking as it was last written into a calendar elsewhere.
CREATE TABLE booking.calendar_copy (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  connection_id uuid NOT NULL,
  booking_id    uuid NOT NULL,
  external_id   text NOT NULL,
  version       text,
  sequence      integer NOT NULL,
  CONSTRAINT calendar_copy_pkey PRIMARY KEY (tenant_id, connection_id, booking_id),
  CONSTRAINT calendar_copy_tenant_id_connection_id_fkey FOREIGN KEY (tenant_id, connection_id)
    REFERENCES booking.calendar_connection (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT calendar_copy_tenant_id_booking_id_fkey FOREIGN KEY (tenant_id, booking_id)
    REFERENCES booking.booking (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX calendar_copy_tenant_id_booking_id_idx ON booking.calendar_copy (tenant_id, booking_id);
SELECT kernel.isolate_tenant_rows('booking.calendar_copy');

-- When a provider is busy by what stands in a calendar elsewhere. Of what it is nothing is kept.
CREATE TABLE booking.external_busy_time (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  connection_id uuid NOT NULL,
  external_id   text NOT NULL,
  starts_at     timestamptz(3) NOT NULL,
  ends_at       timestamptz(3) NOT NULL,
  provider_id   uuid NOT NULL,
  CONSTRAINT external_busy_time_pkey PRIMARY KEY (tenant_id, connection_id, external_id, starts_at),
  CONSTRAINT external_busy_time_tenant_id_connection_id_fkey FOREIGN KEY (tenant_id, connection_id)
    REFERENCES booking.calendar_connection (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT external_busy_time_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES booking.provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT external_busy_time_lasts CHECK (starts_at < ends_at)
);
CREATE INDEX external_busy_time_tenant_id_provider_id_ends_at_idx
  ON booking.external_busy_time (tenant_id, provider_id, ends_at);
SELECT kernel.isolate_tenant_rows('booking.external_busy_time');

-- A booking whose time is taken in a calendar elsewhere as well: somebody has to decide.
CREATE TABLE booking.calendar_conflict (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  connection_id uuid NOT NULL,
  booking_id    uuid NOT NULL,
  busy_from     timestamptz(3) NOT NULL,
  busy_until    timestamptz(3) NOT NULL,
  found_at      timestamptz(3) NOT NULL,
  CONSTRAINT calendar_conflict_pkey PRIMARY KEY (tenant_id, connection_id, booking_id),
  CONSTRAINT calendar_conflict_tenant_id_connection_id_fkey FOREIGN KEY (tenant_id, connection_id)
    REFERENCES booking.calendar_connection (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT calendar_conflict_tenant_id_booking_id_fkey FOREIGN KEY (tenant_id, booking_id)
    REFERENCES booking.booking (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX calendar_conflict_tenant_id_booking_id_idx ON booking.calendar_conflict (tenant_id, booking_id);
SELECT kernel.isolate_tenant_rows('booking.calendar_conflict');
