-- What is older than a year goes into files, each ending at a signed head; the tree keeps its hashes.
CREATE TABLE ops.audit_archive (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  from_index  bigint NOT NULL,
  to_index    bigint NOT NULL,
  oldest_at   timestamptz(3) NOT NULL,
  newest_at   timestamptz(3) NOT NULL,
  object_key  text NOT NULL,
  sha256      bytea NOT NULL,
  size        bigint NOT NULL,
  archived_at timestamptz(3) NOT NULL,
  CONSTRAINT audit_archive_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT audit_archive_tenant_id_to_index_fkey FOREIGN KEY (tenant_id, to_index)
    REFERENCES ops.audit_checkpoint (tenant_id, size) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT audit_archive_holds_something CHECK (from_index >= 0 AND to_index > from_index),
  CONSTRAINT audit_archive_sha256_is_a_hash CHECK (octet_length(sha256) = 32)
);
CREATE UNIQUE INDEX audit_archive_tenant_id_from_index_key ON ops.audit_archive (tenant_id, from_index);
CREATE UNIQUE INDEX audit_archive_tenant_id_to_index_key ON ops.audit_archive (tenant_id, to_index);
CREATE INDEX audit_archive_archived_at_id_idx ON ops.audit_archive (archived_at, id);
SELECT kernel.isolate_tenant_rows('ops.audit_archive');
SELECT kernel.make_append_only('ops.audit_archive');

-- Rows stay final for everyone, but for functions that run as the owner of the table, and say what they do.
CREATE OR REPLACE FUNCTION kernel.refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF ((TG_OP = 'UPDATE' AND current_setting('app.erasing', true) = 'on')
      OR (TG_OP = 'DELETE' AND current_setting('app.archiving', true) = TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME))
     AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- Row level security binds the owner, too: she reads of the tenant of the transaction what the function goes by.
CREATE POLICY archiving ON ops.audit_leaf FOR SELECT TO CURRENT_USER USING (tenant_id = kernel.current_tenant_id());
CREATE POLICY archiving ON ops.audit_archive FOR SELECT TO CURRENT_USER USING (tenant_id = kernel.current_tenant_id());

-- Only what an archive covers can go.
CREATE FUNCTION ops.remove_archived_entries(of_tenant uuid, of_archive uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  removed integer;
  tenant_before text := coalesce(current_setting('app.tenant_id', true), '');
BEGIN
  PERFORM set_config('app.tenant_id', of_tenant::text, true);
  PERFORM set_config('app.archiving', 'ops.audit_entry', true);
  DELETE FROM ops.audit_entry e
  USING ops.audit_archive a, ops.audit_leaf l
  WHERE a.tenant_id = of_tenant AND a.id = of_archive
    AND l.tenant_id = of_tenant AND l.leaf_index >= a.from_index AND l.leaf_index < a.to_index
    AND e.tenant_id = of_tenant AND e.id = l.id;
  GET DIAGNOSTICS removed = ROW_COUNT;
  PERFORM set_config('app.archiving', '', true);
  PERFORM set_config('app.tenant_id', tenant_before, true);
  RETURN removed;
END $$;
REVOKE ALL ON FUNCTION ops.remove_archived_entries(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.remove_archived_entries(uuid, uuid) TO spine_platform;
