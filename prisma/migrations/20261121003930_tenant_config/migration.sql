-- What a company sets for the programs that work for it. The platform's own rows are what holds where a company has
-- none: so there is no reference to a company.
CREATE TABLE tenancy.config_entry (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  key        text NOT NULL,
  value      jsonb NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT config_entry_pkey PRIMARY KEY (tenant_id, key)
);
SELECT kernel.isolate_tenant_rows('tenancy.config_entry');
