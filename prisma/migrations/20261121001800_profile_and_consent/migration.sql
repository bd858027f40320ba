-- What a person says about herself, and what she agrees to.
ALTER TABLE identity."user"
  ADD COLUMN phone       text,
  ADD COLUMN locale      text,
  ADD COLUMN time_zone   text,
  ADD COLUMN picture_url text,
  ADD COLUMN about       text;

-- Every answer is kept: which text was agreed to, when, and until when.
CREATE TABLE identity.consent (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  user_id      uuid NOT NULL,
  purpose      text NOT NULL,
  granted      boolean NOT NULL,
  text_version text NOT NULL,
  given_at     timestamptz(3) NOT NULL,
  ip           text,
  user_agent   text,
  CONSTRAINT consent_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX consent_tenant_id_user_id_purpose_id_idx ON identity.consent (tenant_id, user_id, purpose, id);
SELECT kernel.isolate_tenant_rows('identity.consent');
SELECT kernel.make_append_only('identity.consent');
