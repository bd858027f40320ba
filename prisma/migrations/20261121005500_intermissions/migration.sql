-- A pause inside a service, in which its provider may be booked by others while her client stays.
ALTER TABLE booking.service
  ADD COLUMN intermission_after_minutes integer,
  ADD COLUMN intermission_minutes integer,
  ADD CONSTRAINT service_intermission_is_possible CHECK (
    num_nulls(intermission_after_minutes, intermission_minutes) = 2
    OR (num_nulls(intermission_after_minutes, intermission_minutes) = 0 AND check_in_minute IS NULL
        AND intermission_after_minutes >= 1 AND intermission_minutes >= 1
        AND intermission_after_minutes + intermission_minutes < duration_minutes));

-- What a booking takes of its provider, buffers included: one stretch, or one before its intermission and one behind.
CREATE FUNCTION booking.worked_time(
  from_instant timestamptz, intermission_from timestamptz, intermission_until timestamptz, until_instant timestamptz
) RETURNS tstzmultirange
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN intermission_from IS NULL THEN tstzmultirange(tstzrange(from_instant, until_instant))
       ELSE tstzmultirange(tstzrange(from_instant, intermission_from), tstzrange(intermission_until, until_instant)) END;

-- The intermission is that of the moment of booking, as the times are.
ALTER TABLE booking.booking
  ADD COLUMN intermission_from timestamptz(3),
  ADD COLUMN intermission_until timestamptz(3),
  ADD CONSTRAINT booking_intermission_is_possible CHECK (
    num_nulls(intermission_from, intermission_until) = 2
    OR (num_nulls(intermission_from, intermission_until) = 0 AND nights IS NULL
        AND starts_at < intermission_from AND intermission_from < intermission_until AND intermission_until < ends_at)),
  DROP CONSTRAINT booking_takes_free_time_only,
  -- This decides who gets a slot, together with the one that gives seats away. Whoever inserts must do so with ON
  -- CONFLICT DO NOTHING: bare inserts that meet here wait for each other in a circle.
  ADD CONSTRAINT booking_takes_free_time_only EXCLUDE USING gist (
    tenant_id WITH =, provider_id WITH =,
    booking.worked_time(blocked_from, intermission_from, intermission_until, blocked_until) WITH &&, session_id WITH <>
  ) WHERE (status IN ('PENDING', 'CONFIRMED', 'COMPLETED'));

-- As before, but an intermission leaves time to go somewhere, and comes back in time.
CREATE OR REPLACE FUNCTION booking.is_out_of_reach(wanted booking.booking) RETURNS boolean
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
      AND booking.worked_time(other.blocked_from - way, other.intermission_from + way,
                              other.intermission_until - way, other.blocked_until + way)
          && booking.worked_time(wanted.blocked_from, wanted.intermission_from, wanted.intermission_until, wanted.blocked_until)
      AND other.status IN ('PENDING', 'CONFIRMED', 'COMPLETED'))
  AND NOT EXISTS (
    SELECT 1 FROM booking.booking AS begun
    WHERE begun.tenant_id = wanted.tenant_id AND begun.session_id = wanted.session_id AND begun.id <> wanted.id
      AND begun.blocked_from = wanted.blocked_from AND begun.blocked_until = wanted.blocked_until
      AND begun.intermission_from IS NOT DISTINCT FROM wanted.intermission_from
      AND begun.intermission_until IS NOT DISTINCT FROM wanted.intermission_until
      AND begun.status IN ('PENDING', 'CONFIRMED', 'COMPLETED'))
$$;

DROP TRIGGER booking_moves_within_reach ON booking.booking;
CREATE TRIGGER booking_moves_within_reach BEFORE UPDATE ON booking.booking
  FOR EACH ROW WHEN (
    NEW.status IN ('PENDING', 'CONFIRMED', 'COMPLETED') AND NEW.nights IS NULL
    AND (OLD.status NOT IN ('PENDING', 'CONFIRMED', 'COMPLETED') OR OLD.provider_id <> NEW.provider_id
      OR OLD.blocked_from <> NEW.blocked_from OR OLD.blocked_until <> NEW.blocked_until
      OR OLD.intermission_from IS DISTINCT FROM NEW.intermission_from
      OR OLD.intermission_until IS DISTINCT FROM NEW.intermission_until))
  EXECUTE FUNCTION booking.leave_time_to_travel();
