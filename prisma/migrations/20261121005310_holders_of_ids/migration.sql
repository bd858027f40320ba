-- Which companies hold rows of these ids. Primary keys begin with the tenant: it goes from one tenant of the table to
-- the next, so that the whole table is never read. The table is found by its name; for one that is none, or whose rows
-- belong to no tenant, nothing is answered.
CREATE FUNCTION kernel.holders_of(entity text, wanted uuid[]) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE plpgsql STABLE SET search_path = '' AS $$
DECLARE
  source regclass;
BEGIN
  SELECT c.oid INTO source
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = entity
    AND c.relkind IN ('r', 'p')
    AND n.nspname IN ('kernel', 'identity', 'tenancy', 'booking', 'commerce', 'marketing', 'analytics', 'ops')
    AND (
      SELECT pg_catalog.count(*)
      FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = c.oid AND a.attname IN ('tenant_id', 'id') AND a.atttypid = 'pg_catalog.uuid'::regtype
    ) = 2
  ORDER BY n.nspname
  LIMIT 1;
  IF source IS NULL THEN
    RETURN;
  END IF;
  RETURN QUERY EXECUTE pg_catalog.format(
    'WITH RECURSIVE holder(id) AS (
       (SELECT t.tenant_id FROM %1$s t ORDER BY t.tenant_id LIMIT 1)
       UNION ALL
       SELECT (SELECT t.tenant_id FROM %1$s t WHERE t.tenant_id > holder.id ORDER BY t.tenant_id LIMIT 1)
       FROM holder WHERE holder.id IS NOT NULL
     )
     SELECT held.tenant_id, held.id FROM holder JOIN %1$s held ON held.tenant_id = holder.id AND held.id = ANY ($1)',
    source
  ) USING wanted;
END
$$;
REVOKE ALL ON FUNCTION kernel.holders_of(text, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.holders_of(text, uuid[]) TO spine_platform;
