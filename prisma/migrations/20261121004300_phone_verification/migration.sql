-- Since when somebody has shown that the number is hers; null again with another number.
ALTER TABLE identity."user" ADD COLUMN phone_verified_at timestamptz(3);
ALTER TABLE identity."user" ADD CONSTRAINT user_phone_verified_at_check CHECK (phone_verified_at IS NULL OR phone IS NOT NULL);

-- Codes sent to telephones: whoever has one holds the telephone of that number.
CREATE TABLE identity.phone_verification (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  user_id     uuid NOT NULL,
  phone       text NOT NULL,
  code_hash   text NOT NULL,
  wrong_codes integer NOT NULL DEFAULT 0,
  created_at  timestamptz(3) NOT NULL,
  expires_at  timestamptz(3) NOT NULL,
  used_at     timestamptz(3),
  CONSTRAINT phone_verification_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT phone_verification_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity."user" (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX phone_verification_user_id_created_at_idx ON identity.phone_verification (user_id, created_at);
CREATE INDEX phone_verification_phone_created_at_idx ON identity.phone_verification (phone, created_at);
CREATE INDEX phone_verification_tenant_id_created_at_idx ON identity.phone_verification (tenant_id, created_at);
CREATE INDEX phone_verification_created_at_idx ON identity.phone_verification (created_at);
SELECT kernel.isolate_tenant_rows('identity.phone_verification');
