-- Where people of a company can prove who they are instead of here, and who they turned out to be.
CREATE TYPE identity."IdentityProviderType" AS ENUM ('OIDC', 'SAML');

CREATE TABLE identity.identity_provider (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id            uuid NOT NULL,
  type          identity."IdentityProviderType" NOT NULL,
  name          text NOT NULL,
  enabled       boolean NOT NULL,
  email_domains text[] NOT NULL,
  default_role  text NOT NULL,
  just_in_time  boolean NOT NULL,
  return_urls   text[] NOT NULL,
  settings      jsonb NOT NULL,
  sealed_secret text,
  created_by    uuid NOT NULL,
  created_at    timestamptz(3) NOT NULL,
  updated_at    timestamptz(3) NOT NULL,
  CONSTRAINT identity_provider_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX identity_provider_tenant_id_created_at_id_idx ON identity.identity_provider (tenant_id, created_at, id);
SELECT kernel.isolate_tenant_rows('identity.identity_provider');

CREATE TABLE identity.sso_attempt (
  tenant_id       uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id              uuid NOT NULL,
  provider_id     uuid NOT NULL,
  state_hash      text NOT NULL,
  sealed_checks   text NOT NULL,
  challenge       text NOT NULL,
  return_to       text NOT NULL,
  created_at      timestamptz(3) NOT NULL,
  expires_at      timestamptz(3) NOT NULL,
  answered_at     timestamptz(3),
  code_hash       text,
  code_expires_at timestamptz(3),
  sealed_person   text,
  used_at         timestamptz(3),
  CONSTRAINT sso_attempt_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT sso_attempt_code_stands_for_an_answer
    CHECK (code_hash IS NULL OR (answered_at IS NOT NULL AND code_expires_at IS NOT NULL AND sealed_person IS NOT NULL)),
  CONSTRAINT sso_attempt_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES identity.identity_provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX sso_attempt_tenant_id_state_hash_key ON identity.sso_attempt (tenant_id, state_hash);
CREATE UNIQUE INDEX sso_attempt_tenant_id_code_hash_key ON identity.sso_attempt (tenant_id, code_hash);
CREATE INDEX sso_attempt_tenant_id_provider_id_idx ON identity.sso_attempt (tenant_id, provider_id);
CREATE INDEX sso_attempt_expires_at_idx ON identity.sso_attempt (expires_at);
SELECT kernel.isolate_tenant_rows('identity.sso_attempt');

CREATE TABLE identity.federated_identity (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  provider_id  uuid NOT NULL,
  subject      text NOT NULL,
  id           uuid NOT NULL,
  user_id      uuid NOT NULL,
  created_at   timestamptz(3) NOT NULL,
  last_used_at timestamptz(3),
  CONSTRAINT federated_identity_pkey PRIMARY KEY (tenant_id, provider_id, subject),
  CONSTRAINT federated_identity_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES identity.identity_provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT federated_identity_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity."user" (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX federated_identity_tenant_id_provider_id_user_id_key ON identity.federated_identity (tenant_id, provider_id, user_id);
CREATE INDEX federated_identity_user_id_idx ON identity.federated_identity (user_id);
SELECT kernel.isolate_tenant_rows('identity.federated_identity');

CREATE TABLE identity.verified_email_domain (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  domain      text NOT NULL,
  verified_at timestamptz(3) NOT NULL,
  CONSTRAINT verified_email_domain_pkey PRIMARY KEY (tenant_id, domain)
);
SELECT kernel.isolate_tenant_rows('identity.verified_email_domain');
