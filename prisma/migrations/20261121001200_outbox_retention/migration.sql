-- How far the log of events has been cleared: who asks for what lies before is told, instead of skipping it.
CREATE TABLE kernel.outbox_floor (
  only_one   boolean NOT NULL DEFAULT true,
  xact_id    xid8 NOT NULL,
  event_id   uuid NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT outbox_floor_pkey PRIMARY KEY (only_one),
  CONSTRAINT outbox_floor_is_one CHECK (only_one)
);
REVOKE ALL ON kernel.outbox_floor FROM spine_app;
