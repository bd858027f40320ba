-- A passkey is good at one address only: the company's subdomain of the platform, or one of its own domains.
ALTER TABLE identity.passkey ADD COLUMN domain text;

-- By which of the company's addresses a client knows who issued its tokens: it has to be told of their end by the same.
ALTER TABLE identity.oidc_grant ADD COLUMN domain text;

CREATE OR REPLACE FUNCTION identity.queue_logout_notice(ended identity.oidc_grant, moment timestamptz) RETURNS void
LANGUAGE sql
AS $$
  INSERT INTO kernel.job
    (tenant_id, id, queue, kind, key, payload, headers, priority, most_attempts, due_at, created_at)
  SELECT ended.tenant_id, gen_random_uuid(), 'identity', 'identity.tell_client_of_logout', ended.hash,
         jsonb_build_object('clientId', ended.client_id, 'userId', ended.user_id, 'sid', ended.sid, 'domain', ended.domain),
         jsonb_build_object('tenant', ended.tenant, 'actorId', NULL, 'actorKind', 'system',
                            'requestId', gen_random_uuid(), 'ip', NULL, 'userAgent', NULL),
         2, 12, moment, moment
  FROM identity.oidc_client AS c
  WHERE c.tenant_id = ended.tenant_id AND c.id = ended.client_id AND c.back_channel_logout_uri IS NOT NULL
    AND ended.sid IS NOT NULL AND ended.tenant IS NOT NULL
  ON CONFLICT (tenant_id, kind, key) DO NOTHING
$$;
