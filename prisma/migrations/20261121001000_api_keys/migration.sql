-- Programs that act in a company, and the keys they prove it with.
CREATE TABLE identity.service_account (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  name        text NOT NULL,
  description text NOT NULL,
  permissions text[] NOT NULL,
  created_by  uuid NOT NULL,
  created_at  timestamptz(3) NOT NULL,
  updated_at  timestamptz(3) NOT NULL,
  archived_at timestamptz(3),
  CONSTRAINT service_account_pkey PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX service_account_tenant_id_name_key ON identity.service_account (tenant_id, name);
SELECT kernel.isolate_tenant_rows('identity.service_account');

CREATE TABLE identity.api_key (
  tenant_id          uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id                 uuid NOT NULL,
  service_account_id uuid NOT NULL,
  name               text NOT NULL,
  hash               text NOT NULL,
  hint               text NOT NULL,
  permissions        text[] NOT NULL,
  hourly_limit       integer NOT NULL,
  registered_client  text,
  created_by         uuid NOT NULL,
  created_at         timestamptz(3) NOT NULL,
  expires_at         timestamptz(3),
  last_used_at       timestamptz(3),
  usage_count        bigint NOT NULL DEFAULT 0,
  revoked_at         timestamptz(3),
  CONSTRAINT api_key_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT api_key_hourly_limit_is_positive CHECK (hourly_limit > 0),
  CONSTRAINT api_key_tenant_id_service_account_id_fkey FOREIGN KEY (tenant_id, service_account_id)
    REFERENCES identity.service_account (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE
);
-- Looked up before anybody knows whose it is.
CREATE UNIQUE INDEX api_key_hash_key ON identity.api_key (hash);
CREATE INDEX api_key_tenant_id_service_account_id_idx ON identity.api_key (tenant_id, service_account_id);
CREATE INDEX api_key_tenant_id_created_at_id_idx ON identity.api_key (tenant_id, created_at, id);
SELECT kernel.isolate_tenant_rows('identity.api_key');
