-- The key a company's credentials are sealed with, itself sealed with the platform's.
CREATE TABLE tenancy.data_key (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  sealed_key text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT data_key_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX data_key_created_at_idx ON tenancy.data_key (created_at);
SELECT kernel.isolate_tenant_rows('tenancy.data_key');

CREATE TYPE tenancy."IntegrationType" AS ENUM ('CAPRICORN_EDI', 'STRIPE_PAYMENT', 'SLACK_NOTIFICATION', 'CUSTOM_WEBHOOK');

-- A service outside that a company lets the platform work with.
CREATE TABLE tenancy.integration (
  tenant_id          uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  type               tenancy."IntegrationType" NOT NULL,
  is_active          boolean NOT NULL,
  key_id             uuid NOT NULL,
  sealed_credentials text NOT NULL,
  masked_credentials jsonb NOT NULL,
  enabled_at         timestamptz(3) NOT NULL,
  disabled_at        timestamptz(3),
  CONSTRAINT integration_pkey PRIMARY KEY (tenant_id, type),
  CONSTRAINT integration_tenant_id_key_id_fkey FOREIGN KEY (tenant_id, key_id) REFERENCES tenancy.data_key (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT integration_is_active_until_disabled CHECK (is_active = (disabled_at IS NULL))
);
CREATE INDEX integration_tenant_id_key_id_idx ON tenancy.integration (tenant_id, key_id);
SELECT kernel.isolate_tenant_rows('tenancy.integration');
