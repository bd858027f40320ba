-- What a mail says in a company's own words, in one language.
CREATE TABLE ops.mail_wording (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  template     text NOT NULL,
  locale       text NOT NULL,
  subject      text NOT NULL,
  body         text NOT NULL,
  action_label text,
  footnote     text,
  updated_at   timestamptz(3) NOT NULL,
  CONSTRAINT mail_wording_pkey PRIMARY KEY (tenant_id, template, locale)
);
SELECT kernel.isolate_tenant_rows('ops.mail_wording');

-- The language a company's texts are written in, as tenancy tells it.
ALTER TABLE ops.mail_brand ADD COLUMN locale text NOT NULL DEFAULT 'en';

-- In which words a mail was asked for, with their placeholders.
ALTER TABLE ops.mail ADD COLUMN wording jsonb;

-- Companies that have chosen a language already.
SET LOCAL ROLE spine_platform;
INSERT INTO ops.mail_brand (tenant_id, locale)
SELECT tenant_id, locale FROM tenancy.tenant_settings WHERE locale <> 'en'
ON CONFLICT (tenant_id) DO UPDATE SET locale = EXCLUDED.locale;
RESET ROLE;
