-- Roles a company makes for itself, and kinds of people of its own to make them for.
CREATE TABLE identity.role_family (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  name       text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT role_family_pkey PRIMARY KEY (tenant_id, name)
);
SELECT kernel.isolate_tenant_rows('identity.role_family');

CREATE TABLE identity.role (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  name        text NOT NULL,
  family      text NOT NULL,
  description text NOT NULL,
  permissions text[] NOT NULL,
  created_at  timestamptz(3) NOT NULL,
  updated_at  timestamptz(3) NOT NULL,
  CONSTRAINT role_pkey PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX role_tenant_id_name_key ON identity.role (tenant_id, name);
SELECT kernel.isolate_tenant_rows('identity.role');
