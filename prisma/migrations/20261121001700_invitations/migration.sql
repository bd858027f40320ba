-- People who were asked to work in a company and have not answered yet, or have.
CREATE TABLE identity.invitation (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  email       text NOT NULL,
  roles       text[] NOT NULL,
  token_hash  text NOT NULL,
  invited_by  uuid NOT NULL,
  created_at  timestamptz(3) NOT NULL,
  expires_at  timestamptz(3) NOT NULL,
  accepted_at timestamptz(3),
  accepted_by uuid,
  revoked_at  timestamptz(3),
  CONSTRAINT invitation_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT invitation_has_one_end CHECK (accepted_at IS NULL OR revoked_at IS NULL),
  CONSTRAINT invitation_is_accepted_by_somebody CHECK ((accepted_at IS NULL) = (accepted_by IS NULL))
);
CREATE UNIQUE INDEX invitation_tenant_id_token_hash_key ON identity.invitation (tenant_id, token_hash);
CREATE INDEX invitation_tenant_id_created_at_id_idx ON identity.invitation (tenant_id, created_at, id);
-- An address has one open invitation at a time.
CREATE UNIQUE INDEX invitation_is_open_once ON identity.invitation (tenant_id, email)
  WHERE accepted_at IS NULL AND revoked_at IS NULL;
SELECT kernel.isolate_tenant_rows('identity.invitation');
