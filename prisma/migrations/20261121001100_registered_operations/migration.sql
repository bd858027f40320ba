-- What a client program may run by id: every operation of every version it was published with.
CREATE TYPE identity."OperationType" AS ENUM ('QUERY', 'MUTATION', 'SUBSCRIPTION');

CREATE TABLE identity.client_application (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  name       text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT client_application_pkey PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX client_application_tenant_id_name_key ON identity.client_application (tenant_id, name);
SELECT kernel.isolate_tenant_rows('identity.client_application');

CREATE TABLE identity.client_version (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  client_id    uuid NOT NULL,
  version      text NOT NULL,
  published_by text,
  published_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT client_version_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT client_version_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id)
    REFERENCES identity.client_application (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX client_version_tenant_id_client_id_version_key ON identity.client_version (tenant_id, client_id, version);
CREATE INDEX client_version_tenant_id_client_id_published_at_id_idx ON identity.client_version (tenant_id, client_id, published_at, id);
SELECT kernel.isolate_tenant_rows('identity.client_version');

CREATE TABLE identity.registered_operation (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id            uuid NOT NULL,
  client_id     uuid NOT NULL,
  document_id   text NOT NULL,
  name          text NOT NULL,
  type          identity."OperationType" NOT NULL,
  body          text NOT NULL,
  first_version text NOT NULL,
  last_version  text NOT NULL,
  retired_at    timestamptz(3),
  sunset_at     timestamptz(3),
  replacement   text,
  uses          bigint NOT NULL DEFAULT 0,
  last_used_at  timestamptz(3),
  created_at    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT registered_operation_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT registered_operation_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id)
    REFERENCES identity.client_application (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  -- An id never gets another body: it is the body's digest.
  CONSTRAINT registered_operation_id_is_digest CHECK (document_id = encode(sha256(convert_to(body, 'UTF8')), 'hex')),
  CONSTRAINT registered_operation_retires_on_a_date CHECK ((retired_at IS NULL) = (sunset_at IS NULL))
);
CREATE UNIQUE INDEX registered_operation_tenant_id_client_id_document_id_key ON identity.registered_operation (tenant_id, client_id, document_id);
CREATE INDEX registered_operation_tenant_id_client_id_name_id_idx ON identity.registered_operation (tenant_id, client_id, name, id);
CREATE INDEX registered_operation_tenant_id_document_id_idx ON identity.registered_operation (tenant_id, document_id);
SELECT kernel.isolate_tenant_rows('identity.registered_operation');
