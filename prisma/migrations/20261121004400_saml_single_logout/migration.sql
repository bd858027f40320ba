-- What a provider of SAML knows a session by, so that it can end it and be told of its end.
CREATE TABLE identity.saml_session (
  tenant_id      uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id             uuid NOT NULL,
  provider_id    uuid NOT NULL,
  session_id     uuid,
  challenge_hash text,
  name_hash      text NOT NULL,
  index_hash     text,
  sealed_name    text NOT NULL,
  created_at     timestamptz(3) NOT NULL,
  CONSTRAINT saml_session_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT saml_session_is_open_or_asked_for_more CHECK (num_nonnulls(session_id, challenge_hash) = 1),
  CONSTRAINT saml_session_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES identity.identity_provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT saml_session_tenant_id_session_id_fkey FOREIGN KEY (tenant_id, session_id)
    REFERENCES identity.session (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT saml_session_tenant_id_challenge_hash_fkey FOREIGN KEY (tenant_id, challenge_hash)
    REFERENCES identity.sign_in_challenge (tenant_id, hash) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX saml_session_tenant_id_session_id_key ON identity.saml_session (tenant_id, session_id);
CREATE UNIQUE INDEX saml_session_tenant_id_challenge_hash_key ON identity.saml_session (tenant_id, challenge_hash);
CREATE INDEX saml_session_tenant_id_provider_id_name_hash_idx ON identity.saml_session (tenant_id, provider_id, name_hash);
SELECT kernel.isolate_tenant_rows('identity.saml_session');

-- Requests to log somebody out that were carried out, so that none is carried out twice.
CREATE TABLE identity.saml_logout (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  provider_id  uuid NOT NULL,
  request_hash text NOT NULL,
  expires_at   timestamptz(3) NOT NULL,
  CONSTRAINT saml_logout_pkey PRIMARY KEY (tenant_id, provider_id, request_hash),
  CONSTRAINT saml_logout_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES identity.identity_provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX saml_logout_expires_at_idx ON identity.saml_logout (expires_at);
SELECT kernel.isolate_tenant_rows('identity.saml_logout');
