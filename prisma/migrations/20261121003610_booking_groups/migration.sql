ALTER TABLE booking.service
  ADD COLUMN cancellation_window_minutes integer NOT NULL DEFAULT 0,
  ADD COLUMN cancellation_fee_percent integer NOT NULL DEFAULT 0,
  ADD COLUMN no_show_fee_percent integer NOT NULL DEFAULT 0,
  ADD COLUMN deposit_percent integer NOT NULL DEFAULT 0,
  ADD CONSTRAINT service_terms_are_possible CHECK (
    cancellation_window_minutes BETWEEN 0 AND 525600 AND cancellation_fee_percent BETWEEN 0 AND 100
    AND no_show_fee_percent BETWEEN 0 AND 100 AND deposit_percent BETWEEN 0 AND 100);

CREATE TYPE booking."BookingGroupKind" AS ENUM ('VISIT', 'SERIES');

CREATE TABLE booking.booking_group (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  kind       booking."BookingGroupKind" NOT NULL,
  rule       text,
  client_id  uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT booking_group_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT booking_group_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id)
    REFERENCES booking.client (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT booking_group_has_a_rule_where_it_recurs CHECK ((kind = 'SERIES') = (rule IS NOT NULL))
);
CREATE INDEX booking_group_tenant_id_client_id_idx ON booking.booking_group (tenant_id, client_id);
SELECT kernel.isolate_tenant_rows('booking.booking_group');

-- The terms are those of the moment of booking; the fee is what came of them.
ALTER TABLE booking.booking
  ADD COLUMN group_id uuid,
  ADD COLUMN group_position integer,
  ADD COLUMN cancellation_window_minutes integer NOT NULL DEFAULT 0,
  ADD COLUMN cancellation_fee_amount bigint NOT NULL DEFAULT 0,
  ADD COLUMN no_show_fee_amount bigint NOT NULL DEFAULT 0,
  ADD COLUMN deposit_amount bigint NOT NULL DEFAULT 0,
  ADD COLUMN fee_amount bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT booking_tenant_id_group_id_fkey FOREIGN KEY (tenant_id, group_id)
    REFERENCES booking.booking_group (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  ADD CONSTRAINT booking_has_a_place_in_its_group CHECK ((group_id IS NULL) = (group_position IS NULL)),
  ADD CONSTRAINT booking_fees_are_within_the_price CHECK (
    cancellation_window_minutes >= 0 AND cancellation_fee_amount BETWEEN 0 AND price_amount
    AND no_show_fee_amount BETWEEN 0 AND price_amount AND deposit_amount BETWEEN 0 AND price_amount
    AND fee_amount BETWEEN 0 AND price_amount);
CREATE UNIQUE INDEX booking_tenant_id_group_id_group_position_key
  ON booking.booking (tenant_id, group_id, group_position);
