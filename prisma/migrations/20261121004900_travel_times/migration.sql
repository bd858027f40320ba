-- How long it takes from one place to another, both ways. A pair is kept once, the lesser id first.
CREATE TABLE booking.travel_time (
  tenant_id         uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  location_id       uuid NOT NULL,
  other_location_id uuid NOT NULL,
  minutes           integer NOT NULL,
  CONSTRAINT travel_time_pkey PRIMARY KEY (tenant_id, location_id, other_location_id),
  CONSTRAINT travel_time_tenant_id_location_id_fkey FOREIGN KEY (tenant_id, location_id)
    REFERENCES booking.location (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT travel_time_tenant_id_other_location_id_fkey FOREIGN KEY (tenant_id, other_location_id)
    REFERENCES booking.location (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  -- Readers of a window look no further around it than this allows.
  CONSTRAINT travel_time_is_possible CHECK (location_id < other_location_id AND minutes BETWEEN 0 AND 480)
);
CREATE INDEX travel_time_tenant_id_other_location_id_idx ON booking.travel_time (tenant_id, other_location_id);
SELECT kernel.isolate_tenant_rows('booking.travel_time');

-- How long it takes between any two places of a company for which nothing else is set.
CREATE TABLE booking.usual_travel_time (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  minutes   integer NOT NULL,
  CONSTRAINT usual_travel_time_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT usual_travel_time_is_possible CHECK (minutes BETWEEN 0 AND 480)
);
SELECT kernel.isolate_tenant_rows('booking.usual_travel_time');

CREATE FUNCTION booking.travel_between(tenant uuid, one uuid, other uuid) RETURNS interval
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN one <> other THEN make_interval(mins => coalesce(
    (SELECT minutes FROM booking.travel_time
     WHERE tenant_id = tenant AND location_id = least(one, other) AND other_location_id = greatest(one, other)),
    (SELECT minutes FROM booking.usual_travel_time WHERE tenant_id = tenant), 0))
  ELSE interval '0' END
$$;

-- Whether a provider could not get from her other bookings to one, or from it to them. Where a booking is follows
-- from who does what where; what is booked by the night does not travel, and who joins a session goes where it is.
CREATE FUNCTION booking.is_out_of_reach(wanted booking.booking) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT wanted.nights IS NULL AND EXISTS (
    SELECT 1 FROM booking.offering AS here
    JOIN booking.booking AS other ON other.tenant_id = here.tenant_id AND other.provider_id = here.provider_id
    JOIN booking.offering AS there ON there.tenant_id = other.tenant_id
      AND there.provider_id = other.provider_id AND there.service_id = other.service_id
    CROSS JOIN LATERAL booking.travel_between(wanted.tenant_id, here.location_id, there.location_id) AS way
    WHERE here.tenant_id = wanted.tenant_id AND here.provider_id = wanted.provider_id
      AND here.service_id = wanted.service_id
      AND there.location_id <> here.location_id AND way > interval '0'
      AND other.session_id <> wanted.session_id AND other.nights IS NULL
      AND other.starts_at > wanted.blocked_from - interval '56 hours'
      AND other.starts_at < wanted.blocked_until + interval '32 hours'
      AND other.blocked_from < wanted.blocked_until + way AND other.blocked_until > wanted.blocked_from - way
      AND other.status IN ('PENDING', 'CONFIRMED', 'COMPLETED'))
  AND NOT EXISTS (
    SELECT 1 FROM booking.booking AS begun
    WHERE begun.tenant_id = wanted.tenant_id AND begun.session_id = wanted.session_id AND begun.id <> wanted.id
      AND begun.blocked_from = wanted.blocked_from AND begun.blocked_until = wanted.blocked_until
      AND begun.status IN ('PENDING', 'CONFIRMED', 'COMPLETED'))
$$;

-- Leaves out a booking that its provider could not get to, as ON CONFLICT DO NOTHING would, and refuses to move one
-- there as the constraint does which decides who gets a slot.
CREATE FUNCTION booking.leave_time_to_travel() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM booking.travel_time WHERE tenant_id = NEW.tenant_id)
     AND NOT EXISTS (SELECT 1 FROM booking.usual_travel_time WHERE tenant_id = NEW.tenant_id) THEN
    RETURN NEW;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('booking.' || NEW.tenant_id || 'travel:' || NEW.provider_id, 0));
  IF NOT booking.is_out_of_reach(NEW) THEN
    RETURN NEW;
  ELSIF TG_OP = 'INSERT' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'The provider cannot get there in time' USING ERRCODE = 'exclusion_violation';
END $$;

CREATE TRIGGER booking_leaves_time_to_travel BEFORE INSERT ON booking.booking
  FOR EACH ROW WHEN (NEW.status IN ('PENDING', 'CONFIRMED', 'COMPLETED') AND NEW.nights IS NULL)
  EXECUTE FUNCTION booking.leave_time_to_travel();
CREATE TRIGGER booking_moves_within_reach BEFORE UPDATE ON booking.booking
  FOR EACH ROW WHEN (
    NEW.status IN ('PENDING', 'CONFIRMED', 'COMPLETED') AND NEW.nights IS NULL
    AND (OLD.status NOT IN ('PENDING', 'CONFIRMED', 'COMPLETED') OR OLD.provider_id <> NEW.provider_id
      OR OLD.blocked_from <> NEW.blocked_from OR OLD.blocked_until <> NEW.blocked_until))
  EXECUTE FUNCTION booking.leave_time_to_travel();
