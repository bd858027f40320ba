-- What every subgraph stands on: the roles, the tenant of the transaction, the event log.

CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE SCHEMA IF NOT EXISTS kernel;
CREATE SCHEMA IF NOT EXISTS identity;
CREATE SCHEMA IF NOT EXISTS tenancy;
CREATE SCHEMA IF NOT EXISTS booking;
CREATE SCHEMA IF NOT EXISTS commerce;
CREATE SCHEMA IF NOT EXISTS marketing;
CREATE SCHEMA IF NOT EXISTS analytics;
CREATE SCHEMA IF NOT EXISTS ops;

-- Roles belong to the server, not to the database, so another database of the same server may have made
-- them already, even at this moment.
DO $$
DECLARE role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['spine_app', 'spine_platform'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', role_name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    IF NOT pg_has_role(current_user, role_name, 'MEMBER') THEN
      EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
    END IF;
  END LOOP;
END $$;

-- The tenant named by SET LOCAL, or null. A local setting reads as '' once its transaction is over.
CREATE FUNCTION kernel.current_tenant_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid $$;

-- Closes a table to every tenant but the one named, for the application's role, and opens it to the
-- platform's. Every table with a tenant_id goes through here; the catalogue test finds one that has not.
CREATE FUNCTION kernel.isolate_tenant_rows(target regclass, tenant_column name DEFAULT 'tenant_id') RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format(
    'CREATE POLICY tenant_isolation ON %s TO spine_app USING (%2$I = kernel.current_tenant_id()) WITH CHECK (%2$I = kernel.current_tenant_id())',
    target, tenant_column);
  EXECUTE format('CREATE POLICY platform_access ON %s TO spine_platform USING (true) WITH CHECK (true)', target);
END $$;

-- Makes a table's rows final for everyone, whatever they are granted.
CREATE FUNCTION kernel.refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION kernel.make_append_only(target regclass) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM spine_app, spine_platform', target);
  EXECUTE format(
    'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change()',
    target);
END $$;

DO $$
DECLARE schema_name text;
BEGIN
  FOREACH schema_name IN ARRAY ARRAY['kernel', 'identity', 'tenancy', 'booking', 'commerce', 'marketing', 'analytics', 'ops'] LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO spine_app, spine_platform', schema_name);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO spine_app, spine_platform', schema_name);
  END LOOP;
END $$;

CREATE TABLE kernel.outbox_event (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  xact_id     xid8 NOT NULL DEFAULT pg_current_xact_id(),
  type        text NOT NULL,
  payload     jsonb NOT NULL,
  headers     jsonb NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  CONSTRAINT outbox_event_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_event_order ON kernel.outbox_event (xact_id, id);
CREATE INDEX outbox_event_tenant_order ON kernel.outbox_event (tenant_id, xact_id, id);
SELECT kernel.isolate_tenant_rows('kernel.outbox_event');
REVOKE UPDATE, DELETE ON kernel.outbox_event FROM spine_app;

CREATE TABLE kernel.inbox_entry (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  consumer     text NOT NULL,
  event_id     uuid NOT NULL,
  processed_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT inbox_entry_pkey PRIMARY KEY (tenant_id, consumer, event_id)
);
SELECT kernel.isolate_tenant_rows('kernel.inbox_entry');

CREATE TABLE kernel.dead_letter (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  consumer  text NOT NULL,
  event_id  uuid NOT NULL,
  type      text NOT NULL,
  error     text NOT NULL,
  attempts  integer NOT NULL,
  failed_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT dead_letter_pkey PRIMARY KEY (tenant_id, consumer, event_id)
);
SELECT kernel.isolate_tenant_rows('kernel.dead_letter');

CREATE TABLE kernel.idempotency_record (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  scope       text NOT NULL,
  key         text NOT NULL,
  fingerprint text NOT NULL,
  result      text,
  created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT idempotency_record_pkey PRIMARY KEY (tenant_id, scope, key)
);
SELECT kernel.isolate_tenant_rows('kernel.idempotency_record');

-- Belongs to no tenant: the application's role has no business here.
CREATE TABLE kernel.consumer_offset (
  consumer   text NOT NULL,
  xact_id    xid8 NOT NULL,
  event_id   uuid NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT consumer_offset_pkey PRIMARY KEY (consumer)
);
REVOKE ALL ON kernel.consumer_offset FROM spine_app;
