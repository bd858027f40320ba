-- Links and codes sent by mail: whoever has one reads the mail of the person it was sent to.
CREATE TYPE identity."ProofPurpose" AS ENUM ('EMAIL_VERIFICATION', 'PASSWORD_RESET', 'SIGN_IN');

CREATE TABLE identity.mailed_proof (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  user_id     uuid NOT NULL,
  purpose     identity."ProofPurpose" NOT NULL,
  email       text NOT NULL,
  token_hash  text NOT NULL,
  code_hash   text NOT NULL,
  wrong_codes integer NOT NULL DEFAULT 0,
  created_at  timestamptz(3) NOT NULL,
  expires_at  timestamptz(3) NOT NULL,
  used_at     timestamptz(3),
  CONSTRAINT mailed_proof_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT mailed_proof_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity."user" (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX mailed_proof_tenant_id_token_hash_key ON identity.mailed_proof (tenant_id, token_hash);
CREATE INDEX mailed_proof_tenant_id_email_purpose_created_at_idx ON identity.mailed_proof (tenant_id, email, purpose, created_at);
CREATE INDEX mailed_proof_user_id_idx ON identity.mailed_proof (user_id);
SELECT kernel.isolate_tenant_rows('identity.mailed_proof');
