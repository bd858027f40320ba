ALTER TABLE booking.provider ADD COLUMN bookable boolean NOT NULL DEFAULT true;

ALTER TABLE booking.service
  ADD COLUMN buffer_before_minutes integer NOT NULL DEFAULT 0,
  ADD COLUMN capacity integer NOT NULL DEFAULT 1,
  ADD CONSTRAINT service_has_room_for_somebody CHECK (
    buffer_before_minutes BETWEEN 0 AND 1440 AND capacity BETWEEN 1 AND 1000);

CREATE TABLE booking.location (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  name       text NOT NULL,
  address    text,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT location_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX location_tenant_id_name_id_idx ON booking.location (tenant_id, name, id);
SELECT kernel.isolate_tenant_rows('booking.location');

ALTER TABLE booking.offering
  ADD COLUMN location_id uuid,
  ADD CONSTRAINT offering_tenant_id_location_id_fkey FOREIGN KEY (tenant_id, location_id)
    REFERENCES booking.location (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE INDEX offering_tenant_id_location_id_idx ON booking.offering (tenant_id, location_id);

CREATE TABLE booking.resource (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  name        text NOT NULL,
  kind        text NOT NULL,
  capacity    integer NOT NULL,
  location_id uuid,
  active      boolean NOT NULL DEFAULT true,
  created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at  timestamptz(3) NOT NULL,
  CONSTRAINT resource_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT resource_tenant_id_location_id_fkey FOREIGN KEY (tenant_id, location_id)
    REFERENCES booking.location (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT resource_has_capacity CHECK (capacity BETWEEN 1 AND 10000)
);
CREATE INDEX resource_tenant_id_kind_name_id_idx ON booking.resource (tenant_id, kind, name, id);
CREATE INDEX resource_tenant_id_location_id_idx ON booking.resource (tenant_id, location_id);
SELECT kernel.isolate_tenant_rows('booking.resource');

CREATE TABLE booking.service_requirement (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  service_id uuid NOT NULL,
  kind       text NOT NULL,
  units      integer NOT NULL,
  CONSTRAINT service_requirement_pkey PRIMARY KEY (tenant_id, service_id, kind),
  CONSTRAINT service_requirement_tenant_id_service_id_fkey FOREIGN KEY (tenant_id, service_id)
    REFERENCES booking.service (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT service_requirement_needs_something CHECK (units BETWEEN 1 AND 10000)
);
SELECT kernel.isolate_tenant_rows('booking.service_requirement');

CREATE TABLE booking.service_qualification (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  service_id uuid NOT NULL,
  name       text NOT NULL,
  CONSTRAINT service_qualification_pkey PRIMARY KEY (tenant_id, service_id, name),
  CONSTRAINT service_qualification_tenant_id_service_id_fkey FOREIGN KEY (tenant_id, service_id)
    REFERENCES booking.service (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
SELECT kernel.isolate_tenant_rows('booking.service_qualification');

CREATE TABLE booking.provider_qualification (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  provider_id uuid NOT NULL,
  name        text NOT NULL,
  valid_until date,
  CONSTRAINT provider_qualification_pkey PRIMARY KEY (tenant_id, provider_id, name),
  CONSTRAINT provider_qualification_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES booking.provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
SELECT kernel.isolate_tenant_rows('booking.provider_qualification');

CREATE TYPE booking."CalendarExceptionKind" AS ENUM ('CLOSED', 'OPEN');

CREATE TABLE booking.calendar_exception (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  provider_id  uuid,
  kind         booking."CalendarExceptionKind" NOT NULL,
  name         text,
  first_day    date NOT NULL,
  last_day     date NOT NULL,
  start_minute integer NOT NULL,
  end_minute   integer NOT NULL,
  CONSTRAINT calendar_exception_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT calendar_exception_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES booking.provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT calendar_exception_is_possible CHECK (
    first_day <= last_day AND last_day - first_day <= 366
    AND start_minute >= 0 AND end_minute <= 1440 AND start_minute < end_minute),
  CONSTRAINT calendar_exception_opens_for_one_provider CHECK (kind = 'CLOSED' OR provider_id IS NOT NULL)
);
CREATE INDEX calendar_exception_tenant_id_provider_id_first_day_idx
  ON booking.calendar_exception (tenant_id, provider_id, first_day);
CREATE INDEX calendar_exception_tenant_id_last_day_idx ON booking.calendar_exception (tenant_id, last_day);
SELECT kernel.isolate_tenant_rows('booking.calendar_exception');

-- A booking belongs to a session: its own alone, or one that several share seat by seat. Of one provider's
-- sessions no two overlap, and of one session no seat is given away twice.
ALTER TABLE booking.booking
  ADD COLUMN blocked_from timestamptz(3),
  ADD COLUMN session_id uuid,
  ADD COLUMN seat integer NOT NULL DEFAULT 1,
  ADD COLUMN session_capacity integer NOT NULL DEFAULT 1;
UPDATE booking.booking SET blocked_from = starts_at, session_id = id;
ALTER TABLE booking.booking
  ALTER COLUMN blocked_from SET NOT NULL,
  ALTER COLUMN session_id SET NOT NULL,
  DROP CONSTRAINT booking_takes_free_time_only,
  DROP CONSTRAINT booking_times_are_possible,
  -- Readers of a window look no further back than two days, and no further ahead than one.
  ADD CONSTRAINT booking_times_are_possible CHECK (
    blocked_from <= starts_at AND blocked_from >= starts_at - interval '24 hours'
    AND starts_at < ends_at AND ends_at <= blocked_until AND blocked_until <= starts_at + interval '48 hours'),
  ADD CONSTRAINT booking_has_a_seat_of_its_session CHECK (seat BETWEEN 1 AND session_capacity),
  -- These decide who gets a slot. Whoever inserts must do so with ON CONFLICT DO NOTHING: bare inserts that meet
  -- here wait for each other in a circle.
  ADD CONSTRAINT booking_takes_free_time_only EXCLUDE USING gist (
    tenant_id WITH =, provider_id WITH =, tstzrange(blocked_from, blocked_until) WITH &&, session_id WITH <>
  ) WHERE (status IN ('PENDING', 'CONFIRMED', 'COMPLETED')),
  ADD CONSTRAINT booking_takes_a_free_seat_only EXCLUDE USING gist (
    tenant_id WITH =, session_id WITH =, seat WITH =
  ) WHERE (status IN ('PENDING', 'CONFIRMED', 'COMPLETED'));
CREATE INDEX booking_tenant_id_session_id_idx ON booking.booking (tenant_id, session_id);

-- What of a resource a session keeps in use.
CREATE TABLE booking.resource_use (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  session_id  uuid NOT NULL,
  resource_id uuid NOT NULL,
  units       integer NOT NULL,
  used_from   timestamptz(3) NOT NULL,
  used_until  timestamptz(3) NOT NULL,
  CONSTRAINT resource_use_pkey PRIMARY KEY (tenant_id, session_id, resource_id),
  CONSTRAINT resource_use_tenant_id_resource_id_fkey FOREIGN KEY (tenant_id, resource_id)
    REFERENCES booking.resource (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT resource_use_is_possible CHECK (units > 0 AND used_from < used_until)
);
CREATE INDEX resource_use_tenant_id_resource_id_used_until_idx
  ON booking.resource_use (tenant_id, resource_id, used_until);
SELECT kernel.isolate_tenant_rows('booking.resource_use');

-- The most units of a resource that are in use at one moment of a stretch of time.
CREATE FUNCTION booking.peak_use(resource uuid, from_instant timestamptz, until_instant timestamptz) RETURNS bigint
LANGUAGE sql STABLE
AS $$
  SELECT coalesce(max(load), 0)::bigint FROM (
    SELECT (SELECT sum(other.units) FROM booking.resource_use AS other
            WHERE other.resource_id = resource AND other.used_until > greatest(one.used_from, from_instant)
              AND other.used_from <= greatest(one.used_from, from_instant)) AS load
    FROM booking.resource_use AS one
    WHERE one.resource_id = resource AND one.used_until > from_instant AND one.used_from < until_instant) AS moments
$$;

-- Leaves out a use that a resource has no room for, as ON CONFLICT DO NOTHING would. Whoever takes several
-- resources locks them all beforehand in one order.
CREATE FUNCTION booking.use_within_capacity() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  room bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('booking.resource:' || NEW.tenant_id || NEW.resource_id, 0));
  SELECT capacity INTO room FROM booking.resource WHERE tenant_id = NEW.tenant_id AND id = NEW.resource_id;
  IF room IS NULL OR booking.peak_use(NEW.resource_id, NEW.used_from, NEW.used_until) + NEW.units > room THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER resource_use_stays_within_capacity BEFORE INSERT ON booking.resource_use
  FOR EACH ROW EXECUTE FUNCTION booking.use_within_capacity();
