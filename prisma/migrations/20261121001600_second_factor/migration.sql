-- How somebody proved who she is, and when: what dangerous operations ask for.
ALTER TABLE identity.session
  ADD COLUMN amr text[] NOT NULL DEFAULT '{pwd}',
  ADD COLUMN authenticated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
ALTER TABLE identity.session ALTER COLUMN amr DROP DEFAULT, ALTER COLUMN authenticated_at DROP DEFAULT;

CREATE TABLE identity.totp_credential (
  realm          text NOT NULL,
  subject_id     uuid NOT NULL,
  sealed_secret  text NOT NULL,
  created_at     timestamptz(3) NOT NULL,
  confirmed_at   timestamptz(3),
  last_time_step integer,
  CONSTRAINT totp_credential_pkey PRIMARY KEY (realm, subject_id),
  CONSTRAINT totp_credential_realm_is_known CHECK (realm IN ('tenant', 'platform'))
);
REVOKE ALL ON identity.totp_credential FROM spine_app;

CREATE TABLE identity.recovery_code (
  realm      text NOT NULL,
  subject_id uuid NOT NULL,
  hash       text NOT NULL,
  used_at    timestamptz(3),
  CONSTRAINT recovery_code_pkey PRIMARY KEY (realm, subject_id, hash),
  CONSTRAINT recovery_code_realm_is_known CHECK (realm IN ('tenant', 'platform'))
);
REVOKE ALL ON identity.recovery_code FROM spine_app;

CREATE TABLE identity.sign_in_challenge (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  hash        text NOT NULL,
  realm       text NOT NULL,
  subject_id  uuid NOT NULL,
  amr         text[] NOT NULL,
  wrong_codes integer NOT NULL DEFAULT 0,
  created_at  timestamptz(3) NOT NULL,
  expires_at  timestamptz(3) NOT NULL,
  used_at     timestamptz(3),
  CONSTRAINT sign_in_challenge_pkey PRIMARY KEY (tenant_id, hash),
  CONSTRAINT sign_in_challenge_realm_is_known CHECK (realm IN ('tenant', 'platform'))
);
CREATE INDEX sign_in_challenge_expires_at_idx ON identity.sign_in_challenge (expires_at);
SELECT kernel.isolate_tenant_rows('identity.sign_in_challenge');

CREATE TABLE identity.trusted_device (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  user_id      uuid NOT NULL,
  token_hash   text NOT NULL,
  user_agent   text,
  created_at   timestamptz(3) NOT NULL,
  last_used_at timestamptz(3) NOT NULL,
  expires_at   timestamptz(3) NOT NULL,
  revoked_at   timestamptz(3),
  CONSTRAINT trusted_device_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT trusted_device_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity."user" (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX trusted_device_tenant_id_token_hash_key ON identity.trusted_device (tenant_id, token_hash);
CREATE INDEX trusted_device_user_id_idx ON identity.trusted_device (user_id);
SELECT kernel.isolate_tenant_rows('identity.trusted_device');

-- Attempts to sign in that came to nothing, by account, by device and by address.
CREATE TABLE identity.sign_in_attempts (
  tenant_id      uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  key            text NOT NULL,
  failures       integer NOT NULL,
  last_failed_at timestamptz(3) NOT NULL,
  blocked_until  timestamptz(3) NOT NULL,
  CONSTRAINT sign_in_attempts_pkey PRIMARY KEY (tenant_id, key)
);
CREATE INDEX sign_in_attempts_last_failed_at_idx ON identity.sign_in_attempts (last_failed_at);
SELECT kernel.isolate_tenant_rows('identity.sign_in_attempts');
