CREATE TYPE tenancy."FilePurpose" AS ENUM ('DOCUMENT', 'IMAGE', 'ATTACHMENT');
CREATE TYPE tenancy."FileStatus" AS ENUM ('AWAITED', 'READY', 'REFUSED', 'DELETED');

-- A file of a company's; its bytes are with the object store.
CREATE TABLE tenancy.stored_file (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  purpose      tenancy."FilePurpose" NOT NULL,
  name         text NOT NULL,
  content_type text NOT NULL,
  size         integer NOT NULL,
  status       tenancy."FileStatus" NOT NULL,
  reason       text,
  object_key   text NOT NULL,
  uploaded_by  text,
  created_at   timestamptz(3) NOT NULL,
  completed_at timestamptz(3),
  clear_at     timestamptz(3),
  CONSTRAINT stored_file_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT stored_file_size_is_positive CHECK (size > 0),
  -- Whatever goes wrong above: no row leads to another company's bytes.
  CONSTRAINT stored_file_lies_with_its_tenant CHECK (starts_with(object_key, tenant_id::text || '/'))
);
CREATE INDEX stored_file_tenant_id_created_at_id_idx ON tenancy.stored_file (tenant_id, created_at, id);
CREATE INDEX stored_file_clear_at_idx ON tenancy.stored_file (clear_at);
SELECT kernel.isolate_tenant_rows('tenancy.stored_file');
