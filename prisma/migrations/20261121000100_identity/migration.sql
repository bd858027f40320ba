CREATE TYPE identity."UserStatus" AS ENUM ('ACTIVE', 'INACTIVE', 'BANNED', 'HOLD', 'PENDING', 'SUSPENDED');

CREATE TABLE identity."user" (
  id           uuid NOT NULL,
  email        text NOT NULL,
  display_name text NOT NULL,
  status       identity."UserStatus" NOT NULL DEFAULT 'PENDING',
  created_at   timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at   timestamptz(3) NOT NULL,
  CONSTRAINT user_pkey PRIMARY KEY (id),
  CONSTRAINT user_email_is_lower_case CHECK (email = lower(email))
);
CREATE UNIQUE INDEX user_email_key ON identity."user" (email);

CREATE TABLE identity.password_credential (
  user_id    uuid NOT NULL,
  hash       text NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT password_credential_pkey PRIMARY KEY (user_id),
  CONSTRAINT password_credential_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity."user" (id) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE identity.membership (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  user_id    uuid NOT NULL,
  roles      text[],
  status     identity."UserStatus" NOT NULL DEFAULT 'ACTIVE',
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT membership_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT membership_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity."user" (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX membership_tenant_id_user_id_key ON identity.membership (tenant_id, user_id);
CREATE INDEX membership_user_id_idx ON identity.membership (user_id);
CREATE INDEX membership_tenant_id_created_at_id_idx ON identity.membership (tenant_id, created_at, id);
SELECT kernel.isolate_tenant_rows('identity.membership');

-- A person is visible to a tenant through membership only, and a tenant cannot change one.
ALTER TABLE identity."user" ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity."user" FORCE ROW LEVEL SECURITY;
CREATE POLICY members_of_the_tenant ON identity."user" FOR SELECT TO spine_app
  USING (EXISTS (
    SELECT 1 FROM identity.membership m
    WHERE m.tenant_id = kernel.current_tenant_id() AND m.user_id = "user".id));
CREATE POLICY platform_access ON identity."user" TO spine_platform USING (true) WITH CHECK (true);
REVOKE INSERT, UPDATE, DELETE ON identity."user" FROM spine_app;
REVOKE ALL ON identity.password_credential FROM spine_app;

CREATE TABLE identity.session (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  realm       text NOT NULL,
  subject_id  uuid NOT NULL,
  ip          text,
  user_agent  text,
  created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at  timestamptz(3) NOT NULL,
  revoked_at  timestamptz(3),
  revoked_for text,
  CONSTRAINT session_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT session_realm_matches_tenant
    CHECK (realm IN ('tenant', 'platform') AND (realm = 'platform') = (tenant_id = '00000000-0000-0000-0000-000000000000'))
);
CREATE INDEX session_tenant_id_subject_id_idx ON identity.session (tenant_id, subject_id);
SELECT kernel.isolate_tenant_rows('identity.session');

CREATE TABLE identity.refresh_token (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  hash       text NOT NULL,
  session_id uuid NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  used_at    timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT refresh_token_pkey PRIMARY KEY (tenant_id, hash),
  CONSTRAINT refresh_token_tenant_id_session_id_fkey FOREIGN KEY (tenant_id, session_id)
    REFERENCES identity.session (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX refresh_token_tenant_id_session_id_idx ON identity.refresh_token (tenant_id, session_id);
SELECT kernel.isolate_tenant_rows('identity.refresh_token');

CREATE TABLE identity.admin_user (
  id            uuid NOT NULL,
  email         text NOT NULL,
  display_name  text NOT NULL,
  role          text NOT NULL,
  password_hash text NOT NULL,
  last_login_at timestamptz(3),
  created_at    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at    timestamptz(3) NOT NULL,
  CONSTRAINT admin_user_pkey PRIMARY KEY (id),
  CONSTRAINT admin_user_role_is_known
    CHECK (role IN ('SUPER_ADMIN', 'ADMIN', 'DEVELOPER', 'SUPPORT', 'MARKETING', 'FINANCE', 'SALES'))
);
CREATE UNIQUE INDEX admin_user_email_key ON identity.admin_user (email);
REVOKE ALL ON identity.admin_user FROM spine_app;

CREATE TABLE identity.signing_key (
  kid                text NOT NULL,
  realm              text NOT NULL,
  public_jwk         jsonb NOT NULL,
  sealed_private_jwk text NOT NULL,
  created_at         timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  retired_at         timestamptz(3),
  CONSTRAINT signing_key_pkey PRIMARY KEY (kid),
  CONSTRAINT signing_key_names_its_realm CHECK (realm IN ('tenant', 'platform') AND kid LIKE realm || '-%')
);
CREATE INDEX signing_key_realm_created_at_idx ON identity.signing_key (realm, created_at);
REVOKE ALL ON identity.signing_key FROM spine_app;
