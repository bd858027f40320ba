-- A passkey is bound to the company's host, so it is the company's row: nowhere else could it be used.
CREATE TABLE identity.passkey (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id            uuid NOT NULL,
  user_id       uuid NOT NULL,
  credential_id text NOT NULL,
  public_key    bytea NOT NULL,
  sign_count    bigint NOT NULL,
  transports    text[] NOT NULL,
  name          text NOT NULL,
  is_synced     boolean NOT NULL,
  created_at    timestamptz(3) NOT NULL,
  last_used_at  timestamptz(3),
  CONSTRAINT passkey_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT passkey_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity."user" (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX passkey_tenant_id_credential_id_key ON identity.passkey (tenant_id, credential_id);
CREATE INDEX passkey_user_id_idx ON identity.passkey (user_id);
SELECT kernel.isolate_tenant_rows('identity.passkey');

-- What an authenticator is asked to sign, good once.
CREATE TABLE identity.passkey_challenge (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  hash       text NOT NULL,
  user_id    uuid,
  expires_at timestamptz(3) NOT NULL,
  CONSTRAINT passkey_challenge_pkey PRIMARY KEY (tenant_id, hash)
);
CREATE INDEX passkey_challenge_expires_at_idx ON identity.passkey_challenge (expires_at);
SELECT kernel.isolate_tenant_rows('identity.passkey_challenge');
