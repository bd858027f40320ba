-- How a company looks and whom people turn to: what it chose, and the copies of those who show it.
CREATE TABLE tenancy.branding (
  tenant_id        uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  display_name     text,
  logo_url         text,
  background_color text,
  text_color       text,
  support_email    text,
  terms_url        text,
  privacy_url      text,
  imprint_url      text,
  mail_sender_name text,
  updated_at       timestamptz(3) NOT NULL,
  CONSTRAINT branding_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT branding_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenant (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT branding_background_color_is_hex CHECK (background_color ~ '^#[0-9A-Fa-f]{6}$'),
  CONSTRAINT branding_text_color_is_hex CHECK (text_color ~ '^#[0-9A-Fa-f]{6}$'),
  CONSTRAINT branding_colors_go_together CHECK ((background_color IS NULL) = (text_color IS NULL))
);
SELECT kernel.isolate_tenant_rows('tenancy.branding');

ALTER TABLE identity.page_brand
  ALTER COLUMN accent_color SET DEFAULT '#3451B2',
  -- Beside the colour; null for a company that has chosen nothing else.
  ADD COLUMN brand jsonb;

CREATE TABLE ops.mail_brand (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  accent_color text NOT NULL DEFAULT '#3451B2',
  brand        jsonb,
  CONSTRAINT mail_brand_pkey PRIMARY KEY (tenant_id)
);
SELECT kernel.isolate_tenant_rows('ops.mail_brand');

-- How the company looked when the mail was asked for.
ALTER TABLE ops.mail ADD COLUMN brand jsonb;
