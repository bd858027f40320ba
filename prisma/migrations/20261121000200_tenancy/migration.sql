CREATE TYPE tenancy."TenantStatus" AS ENUM ('ACTIVE', 'SUSPENDED', 'CANCELLED', 'TRIAL_EXPIRED');
CREATE TYPE tenancy."Plan" AS ENUM ('FREE', 'STARTER', 'PROFESSIONAL', 'PERFORMANCE', 'ENTERPRISE');

CREATE TABLE tenancy.tenant (
  id            uuid NOT NULL,
  slug          text NOT NULL,
  name          text NOT NULL,
  status        tenancy."TenantStatus" NOT NULL DEFAULT 'ACTIVE',
  plan          tenancy."Plan" NOT NULL,
  time_zone     text NOT NULL,
  currency      char(3) NOT NULL,
  website       text,
  description   text,
  trial_ends_at timestamptz(3),
  created_at    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at    timestamptz(3) NOT NULL,
  deleted_at    timestamptz(3),
  CONSTRAINT tenant_pkey PRIMARY KEY (id),
  -- A DNS label, and never the id that stands for the platform itself.
  CONSTRAINT tenant_slug_is_a_label CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{1,61}[a-z0-9])$'),
  CONSTRAINT tenant_is_not_the_platform CHECK (id <> '00000000-0000-0000-0000-000000000000')
);
CREATE UNIQUE INDEX tenant_slug_key ON tenancy.tenant (slug);
CREATE INDEX tenant_created_at_id_idx ON tenancy.tenant (created_at, id);
SELECT kernel.isolate_tenant_rows('tenancy.tenant', 'id');
-- A company sees its own row; only the platform makes or removes one.
REVOKE INSERT, DELETE ON tenancy.tenant FROM spine_app;

CREATE TABLE tenancy.tenant_settings (
  tenant_id     uuid NOT NULL,
  locale        text NOT NULL DEFAULT 'en',
  contact_email text,
  contact_phone text,
  accent_color  text NOT NULL DEFAULT '#3451B2',
  updated_at    timestamptz(3) NOT NULL,
  CONSTRAINT tenant_settings_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT tenant_settings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenant (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT tenant_settings_accent_color_is_hex CHECK (accent_color ~ '^#[0-9A-Fa-f]{6}$')
);
SELECT kernel.isolate_tenant_rows('tenancy.tenant_settings');
