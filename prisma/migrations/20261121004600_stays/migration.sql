-- What is booked by the night: from an hour of the day of arrival to an hour of the day of departure.
ALTER TABLE booking.service
  ADD COLUMN check_in_minute integer,
  ADD COLUMN check_out_minute integer,
  ADD COLUMN min_nights integer,
  ADD COLUMN max_nights integer,
  ADD CONSTRAINT service_by_the_night_is_possible CHECK (
    num_nulls(check_in_minute, check_out_minute, min_nights, max_nights) = 4
    OR (num_nulls(check_in_minute, check_out_minute, min_nights, max_nights) = 0
        AND check_in_minute BETWEEN 0 AND 1439 AND check_out_minute BETWEEN 0 AND 1439
        AND min_nights BETWEEN 1 AND max_nights AND max_nights <= 90 AND capacity = 1));

-- A stay is one booking over all its nights, so that the constraint which decides who gets a slot decides who gets
-- a night. Whoever reads a window looks two days back for what is booked by the hour, and for stays 92.
ALTER TABLE booking.booking
  ADD COLUMN nights integer,
  DROP CONSTRAINT booking_times_are_possible,
  ADD CONSTRAINT booking_times_are_possible CHECK (
    blocked_from <= starts_at AND blocked_from >= starts_at - interval '24 hours'
    AND starts_at < ends_at AND ends_at <= blocked_until
    AND CASE WHEN nights IS NULL THEN blocked_until <= starts_at + interval '48 hours'
        ELSE nights BETWEEN 1 AND 90 AND blocked_until <= starts_at + (nights + 2) * interval '24 hours' + interval '2 hours' END);
CREATE INDEX booking_stays ON booking.booking (tenant_id, provider_id, starts_at) WHERE nights IS NOT NULL;
