-- A browser that is signed in at the pages of a company: the hash of its cookie, and the session it stands for.
CREATE TABLE identity.browser_session (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  hash       text NOT NULL,
  session_id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT browser_session_pkey PRIMARY KEY (tenant_id, hash),
  CONSTRAINT browser_session_tenant_id_session_id_fkey FOREIGN KEY (tenant_id, session_id)
    REFERENCES identity.session (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX browser_session_tenant_id_session_id_idx ON identity.browser_session (tenant_id, session_id);
SELECT kernel.isolate_tenant_rows('identity.browser_session');

CREATE TYPE identity."OidcClientKind" AS ENUM ('WEB', 'PUBLIC', 'SERVICE');

-- A program that people of a company sign in to, or that acts for itself with a service account's permissions.
CREATE TABLE identity.oidc_client (
  tenant_id                 uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id                        uuid NOT NULL,
  name                      text NOT NULL,
  kind                      identity."OidcClientKind" NOT NULL,
  secret_hash               text,
  first_party               boolean NOT NULL DEFAULT false,
  redirect_uris             text[] NOT NULL DEFAULT '{}',
  post_logout_redirect_uris text[] NOT NULL DEFAULT '{}',
  back_channel_logout_uri   text,
  permissions               text[] NOT NULL DEFAULT '{}',
  service_account_id        uuid,
  requires_pushed_requests  boolean NOT NULL DEFAULT false,
  binds_tokens              boolean NOT NULL DEFAULT false,
  exchanges_tokens          boolean NOT NULL DEFAULT false,
  created_by                uuid NOT NULL,
  created_at                timestamptz(3) NOT NULL,
  updated_at                timestamptz(3) NOT NULL,
  CONSTRAINT oidc_client_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT oidc_client_tenant_id_service_account_id_fkey FOREIGN KEY (tenant_id, service_account_id)
    REFERENCES identity.service_account (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT oidc_client_keeps_a_secret_unless_public CHECK ((kind = 'PUBLIC') = (secret_hash IS NULL)),
  CONSTRAINT oidc_client_of_a_service_has_its_account CHECK ((kind = 'SERVICE') = (service_account_id IS NOT NULL))
);
CREATE UNIQUE INDEX oidc_client_tenant_id_name_key ON identity.oidc_client (tenant_id, name);
CREATE INDEX oidc_client_tenant_id_service_account_id_idx ON identity.oidc_client (tenant_id, service_account_id);
SELECT kernel.isolate_tenant_rows('identity.oidc_client');

-- What somebody has allowed a client.
CREATE TABLE identity.oidc_consent (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  user_id    uuid NOT NULL,
  client_id  uuid NOT NULL,
  scopes     text[] NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT oidc_consent_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT oidc_consent_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id)
    REFERENCES identity.oidc_client (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT oidc_consent_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity."user" (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX oidc_consent_tenant_id_user_id_client_id_key ON identity.oidc_consent (tenant_id, user_id, client_id);
CREATE INDEX oidc_consent_tenant_id_client_id_idx ON identity.oidc_consent (tenant_id, client_id);
CREATE INDEX oidc_consent_user_id_idx ON identity.oidc_consent (user_id);
SELECT kernel.isolate_tenant_rows('identity.oidc_consent');

-- To which session of whom the tokens of a client belong: they end with it.
CREATE TABLE identity.oidc_grant (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  hash       text NOT NULL,
  session_id uuid NOT NULL,
  user_id    uuid NOT NULL,
  client_id  uuid NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT oidc_grant_pkey PRIMARY KEY (tenant_id, hash),
  CONSTRAINT oidc_grant_tenant_id_session_id_fkey FOREIGN KEY (tenant_id, session_id)
    REFERENCES identity.session (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT oidc_grant_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id)
    REFERENCES identity.oidc_client (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX oidc_grant_tenant_id_session_id_idx ON identity.oidc_grant (tenant_id, session_id);
CREATE INDEX oidc_grant_tenant_id_client_id_idx ON identity.oidc_grant (tenant_id, client_id);
SELECT kernel.isolate_tenant_rows('identity.oidc_grant');

-- What the protocol keeps between two requests: codes, tokens, pushed requests. Found by hashes, sealed within.
CREATE TABLE identity.oidc_record (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  model       text NOT NULL,
  hash        text NOT NULL,
  sealed      text NOT NULL,
  grant_hash  text,
  uid_hash    text,
  consumed_at timestamptz(3),
  expires_at  timestamptz(3) NOT NULL,
  CONSTRAINT oidc_record_pkey PRIMARY KEY (tenant_id, model, hash)
);
CREATE INDEX oidc_record_tenant_id_grant_hash_idx ON identity.oidc_record (tenant_id, grant_hash);
CREATE INDEX oidc_record_tenant_id_uid_hash_idx ON identity.oidc_record (tenant_id, uid_hash);
CREATE INDEX oidc_record_expires_at_idx ON identity.oidc_record (expires_at);
SELECT kernel.isolate_tenant_rows('identity.oidc_record');

-- How the pages of a company look, as tenancy tells it.
CREATE TABLE identity.page_brand (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  accent_color text NOT NULL,
  CONSTRAINT page_brand_pkey PRIMARY KEY (tenant_id)
);
SELECT kernel.isolate_tenant_rows('identity.page_brand');
