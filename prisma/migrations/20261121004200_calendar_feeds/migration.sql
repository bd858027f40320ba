-- An address under which a calendar program reads the bookings of a provider, or a client's own. Whoever knows it
-- reads it, so only its hash is kept.
CREATE TABLE booking.calendar_feed (
  tenant_id      uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id             uuid NOT NULL,
  hash           text NOT NULL,
  hint           text NOT NULL,
  provider_id    uuid,
  client_id      uuid,
  names_clients  boolean NOT NULL DEFAULT false,
  created_by     uuid NOT NULL,
  created_at     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  revoked_at     timestamptz(3),
  CONSTRAINT calendar_feed_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT calendar_feed_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES booking.provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT calendar_feed_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id)
    REFERENCES booking.client (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT calendar_feed_is_of_one CHECK ((provider_id IS NULL) <> (client_id IS NULL)),
  CONSTRAINT calendar_feed_of_a_client_names_nobody_else CHECK (client_id IS NULL OR NOT names_clients)
);
CREATE UNIQUE INDEX calendar_feed_tenant_id_hash_key ON booking.calendar_feed (tenant_id, hash);
CREATE INDEX calendar_feed_tenant_id_created_at_id_idx ON booking.calendar_feed (tenant_id, created_at, id);
CREATE INDEX calendar_feed_tenant_id_provider_id_idx ON booking.calendar_feed (tenant_id, provider_id);
CREATE INDEX calendar_feed_tenant_id_client_id_idx ON booking.calendar_feed (tenant_id, client_id);
SELECT kernel.isolate_tenant_rows('booking.calendar_feed');
