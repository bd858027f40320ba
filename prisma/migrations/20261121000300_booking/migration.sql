CREATE TYPE booking."ProviderType" AS ENUM ('PANDIT', 'VENDOR', 'PARTNER', 'ASTROLOGER', 'TUTOR');
CREATE TYPE booking."ProviderStatus" AS ENUM ('ACTIVE', 'INACTIVE');
CREATE TYPE booking."ServiceStatus" AS ENUM ('ACTIVE', 'INACTIVE');
CREATE TYPE booking."BookingStatus" AS ENUM ('PENDING', 'CONFIRMED', 'COMPLETED', 'CANCELLED', 'NO_SHOW', 'EXPIRED');

CREATE TABLE booking.provider (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  name       text NOT NULL,
  type       booking."ProviderType" NOT NULL,
  bio        text,
  time_zone  text,
  status     booking."ProviderStatus" NOT NULL DEFAULT 'ACTIVE',
  -- Without an index of its own: behind row level security only leakproof operators reach an index, and @@ is
  -- none. A search reads the tenant's own providers by their key and keeps those that match.
  search     tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', name), 'A') || setweight(to_tsvector('simple', coalesce(bio, '')), 'B')) STORED,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT provider_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX provider_tenant_id_name_id_idx ON booking.provider (tenant_id, name, id);
SELECT kernel.isolate_tenant_rows('booking.provider');

CREATE TABLE booking.service (
  tenant_id            uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id                   uuid NOT NULL,
  name                 text NOT NULL,
  description          text,
  duration_minutes     integer NOT NULL,
  buffer_after_minutes integer NOT NULL DEFAULT 0,
  slot_step_minutes    integer NOT NULL DEFAULT 15,
  notice_minutes       integer NOT NULL DEFAULT 0,
  horizon_days         integer NOT NULL DEFAULT 90,
  price_amount         bigint NOT NULL,
  price_currency       char(3) NOT NULL,
  status               booking."ServiceStatus" NOT NULL DEFAULT 'ACTIVE',
  created_at           timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at           timestamptz(3) NOT NULL,
  CONSTRAINT service_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT service_times_are_possible CHECK (
    duration_minutes BETWEEN 1 AND 1440 AND buffer_after_minutes BETWEEN 0 AND 1440
    AND slot_step_minutes BETWEEN 5 AND 1440 AND notice_minutes >= 0 AND horizon_days > 0),
  CONSTRAINT service_price_is_not_negative CHECK (price_amount >= 0)
);
CREATE INDEX service_tenant_id_name_id_idx ON booking.service (tenant_id, name, id);
SELECT kernel.isolate_tenant_rows('booking.service');

CREATE TABLE booking.offering (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  provider_id  uuid NOT NULL,
  service_id   uuid NOT NULL,
  price_amount bigint,
  created_at   timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at   timestamptz(3) NOT NULL,
  CONSTRAINT offering_pkey PRIMARY KEY (tenant_id, provider_id, service_id),
  CONSTRAINT offering_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES booking.provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT offering_tenant_id_service_id_fkey FOREIGN KEY (tenant_id, service_id)
    REFERENCES booking.service (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT offering_price_is_not_negative CHECK (price_amount >= 0)
);
CREATE INDEX offering_tenant_id_service_id_idx ON booking.offering (tenant_id, service_id);
SELECT kernel.isolate_tenant_rows('booking.offering');

CREATE TABLE booking.working_hours (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  provider_id  uuid NOT NULL,
  weekday      smallint NOT NULL,
  start_minute integer NOT NULL,
  end_minute   integer NOT NULL,
  CONSTRAINT working_hours_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT working_hours_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES booking.provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT working_hours_lie_within_a_day
    CHECK (weekday BETWEEN 1 AND 7 AND start_minute >= 0 AND end_minute <= 1440 AND start_minute < end_minute),
  CONSTRAINT working_hours_overlap_no_others EXCLUDE USING gist (
    tenant_id WITH =, provider_id WITH =, weekday WITH =, int4range(start_minute, end_minute) WITH &&)
);
CREATE INDEX working_hours_tenant_id_provider_id_idx ON booking.working_hours (tenant_id, provider_id);
SELECT kernel.isolate_tenant_rows('booking.working_hours');

CREATE TABLE booking.client (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  user_id      uuid,
  display_name text,
  email        text,
  phone        text,
  created_at   timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at   timestamptz(3) NOT NULL,
  CONSTRAINT client_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT client_without_a_user_has_a_name CHECK (user_id IS NOT NULL OR display_name IS NOT NULL)
);
CREATE UNIQUE INDEX client_tenant_id_user_id_key ON booking.client (tenant_id, user_id);
CREATE INDEX client_tenant_id_created_at_id_idx ON booking.client (tenant_id, created_at, id);
SELECT kernel.isolate_tenant_rows('booking.client');

CREATE TABLE booking.booking (
  tenant_id      uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id             uuid NOT NULL,
  reference      text NOT NULL,
  status         booking."BookingStatus" NOT NULL,
  provider_id    uuid NOT NULL,
  service_id     uuid NOT NULL,
  client_id      uuid NOT NULL,
  starts_at      timestamptz(3) NOT NULL,
  ends_at        timestamptz(3) NOT NULL,
  blocked_until  timestamptz(3) NOT NULL,
  time_zone      text NOT NULL,
  price_amount   bigint NOT NULL,
  price_currency char(3) NOT NULL,
  note           text,
  created_at     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at     timestamptz(3) NOT NULL,
  CONSTRAINT booking_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT booking_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES booking.provider (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT booking_tenant_id_service_id_fkey FOREIGN KEY (tenant_id, service_id)
    REFERENCES booking.service (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT booking_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id)
    REFERENCES booking.client (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT booking_reference_is_well_formed CHECK (reference ~ '^BK-[0-9]{8}-[0-9]{6}$'),
  CONSTRAINT booking_price_is_not_negative CHECK (price_amount >= 0),
  -- Two days at most: readers of a window look no further back than that.
  CONSTRAINT booking_times_are_possible CHECK (
    starts_at < ends_at AND ends_at <= blocked_until AND blocked_until <= starts_at + interval '48 hours'),
  -- This decides who gets a slot. Whoever inserts must do so with ON CONFLICT DO NOTHING: bare inserts that
  -- meet here wait for each other in a circle.
  CONSTRAINT booking_takes_free_time_only EXCLUDE USING gist (
    tenant_id WITH =, provider_id WITH =, tstzrange(starts_at, blocked_until) WITH &&
  ) WHERE (status IN ('PENDING', 'CONFIRMED', 'COMPLETED'))
);
CREATE UNIQUE INDEX booking_tenant_id_reference_key ON booking.booking (tenant_id, reference);
CREATE INDEX booking_tenant_id_starts_at_id_idx ON booking.booking (tenant_id, starts_at, id);
CREATE INDEX booking_tenant_id_provider_id_starts_at_idx ON booking.booking (tenant_id, provider_id, starts_at);
CREATE INDEX booking_tenant_id_client_id_starts_at_idx ON booking.booking (tenant_id, client_id, starts_at);
CREATE INDEX booking_tenant_id_service_id_idx ON booking.booking (tenant_id, service_id);
SELECT kernel.isolate_tenant_rows('booking.booking');

CREATE TABLE booking.booking_hold (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  booking_id uuid NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  tenant     jsonb NOT NULL,
  CONSTRAINT booking_hold_pkey PRIMARY KEY (tenant_id, booking_id),
  CONSTRAINT booking_hold_tenant_id_booking_id_fkey FOREIGN KEY (tenant_id, booking_id)
    REFERENCES booking.booking (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX booking_hold_expires_at_idx ON booking.booking_hold (expires_at);
SELECT kernel.isolate_tenant_rows('booking.booking_hold');

CREATE TABLE booking.booking_status_change (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  booking_id  uuid NOT NULL,
  from_status booking."BookingStatus",
  to_status   booking."BookingStatus" NOT NULL,
  reason      text,
  actor_id    text,
  changed_at  timestamptz(3) NOT NULL,
  CONSTRAINT booking_status_change_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT booking_status_change_tenant_id_booking_id_fkey FOREIGN KEY (tenant_id, booking_id)
    REFERENCES booking.booking (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX booking_status_change_tenant_id_booking_id_changed_at_id_idx
  ON booking.booking_status_change (tenant_id, booking_id, changed_at, id);
SELECT kernel.isolate_tenant_rows('booking.booking_status_change');
SELECT kernel.make_append_only('booking.booking_status_change');
