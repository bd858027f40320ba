-- What is agreed for months is a booking for each of them, paid when its month begins.
ALTER TYPE booking."BookingGroupKind" ADD VALUE 'MONTHS';
ALTER TABLE booking.booking ADD COLUMN due_at timestamptz(3);

ALTER TABLE commerce.bill ADD COLUMN due_at timestamptz(3);
CREATE INDEX bill_tenant_id_due_at_id_idx ON commerce.bill (tenant_id, due_at, id);
