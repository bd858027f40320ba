ALTER TYPE ops."NotificationKind" ADD VALUE 'BOOKING_REMINDER';

-- When clients are reminded: of a service, or of all that has no rule of its own.
CREATE TABLE booking.reminder_rule (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  scope        text NOT NULL,
  service_id   uuid,
  lead_minutes integer[] NOT NULL,
  quiet_from   integer,
  quiet_until  integer,
  updated_at   timestamptz(3) NOT NULL,
  CONSTRAINT reminder_rule_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT reminder_rule_tenant_id_service_id_fkey FOREIGN KEY (tenant_id, service_id)
    REFERENCES booking.service (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT reminder_rule_is_quiet_between_two_times CHECK (
    (quiet_from IS NULL) = (quiet_until IS NULL)
    AND quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439 AND quiet_from <> quiet_until)
);
CREATE UNIQUE INDEX reminder_rule_tenant_id_scope_key ON booking.reminder_rule (tenant_id, scope);
CREATE INDEX reminder_rule_tenant_id_service_id_idx ON booking.reminder_rule (tenant_id, service_id);
SELECT kernel.isolate_tenant_rows('booking.reminder_rule');

-- One reminder of one start of a booking.
CREATE TABLE booking.reminder (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  booking_id   uuid NOT NULL,
  lead_minutes integer NOT NULL,
  starts_at    timestamptz(3) NOT NULL,
  due_at       timestamptz(3) NOT NULL,
  sent_at      timestamptz(3),
  tenant       jsonb NOT NULL,
  CONSTRAINT reminder_pkey PRIMARY KEY (tenant_id, booking_id, lead_minutes, starts_at),
  CONSTRAINT reminder_tenant_id_booking_id_fkey FOREIGN KEY (tenant_id, booking_id)
    REFERENCES booking.booking (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT reminder_tenant_is_its_own CHECK (tenant ->> 'id' = tenant_id::text)
);
CREATE INDEX reminder_sent_at_due_at_idx ON booking.reminder (sent_at, due_at);
SELECT kernel.isolate_tenant_rows('booking.reminder');
