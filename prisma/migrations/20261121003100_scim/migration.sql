-- What companies' directories keep in step here: people, groups, and the tokens they prove it with.
CREATE TABLE identity.scim_token (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  name         text NOT NULL,
  hash         text NOT NULL,
  hint         text NOT NULL,
  default_role text NOT NULL,
  permissions  text[] NOT NULL,
  created_by   uuid NOT NULL,
  created_at   timestamptz(3) NOT NULL,
  expires_at   timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at   timestamptz(3),
  CONSTRAINT scim_token_pkey PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX scim_token_tenant_id_hash_key ON identity.scim_token (tenant_id, hash);
CREATE INDEX scim_token_tenant_id_created_at_id_idx ON identity.scim_token (tenant_id, created_at, id);
SELECT kernel.isolate_tenant_rows('identity.scim_token');

CREATE TABLE identity.scim_user (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id            uuid NOT NULL,
  user_id       uuid NOT NULL,
  user_name     text NOT NULL,
  user_name_key text NOT NULL,
  external_id   text,
  active        boolean NOT NULL,
  own_roles     text[] NOT NULL,
  attributes    jsonb NOT NULL,
  version       integer NOT NULL,
  created_at    timestamptz(3) NOT NULL,
  updated_at    timestamptz(3) NOT NULL,
  CONSTRAINT scim_user_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT scim_user_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity."user" (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX scim_user_tenant_id_user_name_key_key ON identity.scim_user (tenant_id, user_name_key);
CREATE UNIQUE INDEX scim_user_tenant_id_user_id_key ON identity.scim_user (tenant_id, user_id);
CREATE INDEX scim_user_user_id_idx ON identity.scim_user (user_id);
CREATE INDEX scim_user_tenant_id_external_id_idx ON identity.scim_user (tenant_id, external_id);
CREATE INDEX scim_user_tenant_id_created_at_id_idx ON identity.scim_user (tenant_id, created_at, id);
SELECT kernel.isolate_tenant_rows('identity.scim_user');

CREATE TABLE identity.scim_group (
  tenant_id        uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id               uuid NOT NULL,
  display_name     text NOT NULL,
  display_name_key text NOT NULL,
  external_id      text,
  roles            text[] NOT NULL,
  version          integer NOT NULL,
  created_at       timestamptz(3) NOT NULL,
  updated_at       timestamptz(3) NOT NULL,
  CONSTRAINT scim_group_pkey PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX scim_group_tenant_id_display_name_key_key ON identity.scim_group (tenant_id, display_name_key);
CREATE INDEX scim_group_tenant_id_created_at_id_idx ON identity.scim_group (tenant_id, created_at, id);
SELECT kernel.isolate_tenant_rows('identity.scim_group');

CREATE TABLE identity.scim_group_member (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  group_id     uuid NOT NULL,
  scim_user_id uuid NOT NULL,
  CONSTRAINT scim_group_member_pkey PRIMARY KEY (tenant_id, group_id, scim_user_id),
  CONSTRAINT scim_group_member_tenant_id_group_id_fkey FOREIGN KEY (tenant_id, group_id)
    REFERENCES identity.scim_group (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT scim_group_member_tenant_id_scim_user_id_fkey FOREIGN KEY (tenant_id, scim_user_id)
    REFERENCES identity.scim_user (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX scim_group_member_tenant_id_scim_user_id_idx ON identity.scim_group_member (tenant_id, scim_user_id);
SELECT kernel.isolate_tenant_rows('identity.scim_group_member');
