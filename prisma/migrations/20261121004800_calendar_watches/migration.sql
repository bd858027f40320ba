-- Calendars elsewhere that tell of their own accord that something has changed in them.
CREATE TABLE booking.calendar_watch (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id            uuid NOT NULL,
  connection_id uuid NOT NULL,
  token_hash    text NOT NULL,
  external_id   text,
  expires_at    timestamptz(3) NOT NULL,
  created_at    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT calendar_watch_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT calendar_watch_tenant_id_connection_id_fkey FOREIGN KEY (tenant_id, connection_id)
    REFERENCES booking.calendar_connection (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX calendar_watch_tenant_id_connection_id_idx ON booking.calendar_watch (tenant_id, connection_id);
SELECT kernel.isolate_tenant_rows('booking.calendar_watch');

-- Since when a notice waits for the calendar to be looked at: however many come meanwhile, one look answers them all.
ALTER TABLE booking.calendar_connection ADD COLUMN noticed_at timestamptz(3);
