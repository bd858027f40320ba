-- Whichever way a session ends, the clients that took part in it are told (OpenID Connect Back-Channel Logout).
ALTER TABLE identity.oidc_grant
  -- What the client knows the session by; null where it was never told of one.
  ADD COLUMN sid text,
  -- The tenant as it was then: whoever ends sessions in many companies at once knows only their ids.
  ADD COLUMN tenant jsonb;
CREATE INDEX oidc_grant_tenant_id_client_id_sid_idx ON identity.oidc_grant (tenant_id, client_id, sid);

-- Has the client of a grant told that the session is over, if it wants to know: once for each grant.
CREATE FUNCTION identity.queue_logout_notice(ended identity.oidc_grant, moment timestamptz) RETURNS void
LANGUAGE sql
AS $$
  INSERT INTO kernel.job
    (tenant_id, id, queue, kind, key, payload, headers, priority, most_attempts, due_at, created_at)
  SELECT ended.tenant_id, gen_random_uuid(), 'identity', 'identity.tell_client_of_logout', ended.hash,
         jsonb_build_object('clientId', ended.client_id, 'userId', ended.user_id, 'sid', ended.sid),
         jsonb_build_object('tenant', ended.tenant, 'actorId', NULL, 'actorKind', 'system',
                            'requestId', gen_random_uuid(), 'ip', NULL, 'userAgent', NULL),
         2, 12, moment, moment
  FROM identity.oidc_client AS c
  WHERE c.tenant_id = ended.tenant_id AND c.id = ended.client_id AND c.back_channel_logout_uri IS NOT NULL
    AND ended.sid IS NOT NULL AND ended.tenant IS NOT NULL
  ON CONFLICT (tenant_id, kind, key) DO NOTHING
$$;

-- In the database rather than beside each way to end a session: there are many, some across all tenants, and one
-- that forgot it would be noticed by nobody.
CREATE FUNCTION identity.queue_logout_notices() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM identity.queue_logout_notice(latest, NEW.revoked_at)
  FROM (SELECT DISTINCT ON (g.client_id, g.sid) g.* FROM identity.oidc_grant AS g
        WHERE g.tenant_id = NEW.tenant_id AND g.session_id = NEW.id
        ORDER BY g.client_id, g.sid, g.created_at DESC) AS newest
  JOIN identity.oidc_grant AS latest ON latest.tenant_id = newest.tenant_id AND latest.hash = newest.hash;
  RETURN NULL;
END $$;
CREATE TRIGGER session_end_is_told AFTER UPDATE OF revoked_at ON identity.session
  FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
  EXECUTE FUNCTION identity.queue_logout_notices();
