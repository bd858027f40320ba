-- Why and since when a company is locked out; when everything it starts with was there; how many days before the
-- end of its trial it was last warned.
ALTER TABLE tenancy.tenant
  ADD COLUMN suspended_at timestamptz(3),
  ADD COLUMN suspension_reason text,
  ADD COLUMN provisioned_at timestamptz(3),
  ADD COLUMN trial_warned_days integer,
  ADD CONSTRAINT tenant_is_suspended_for_a_reason CHECK ((suspended_at IS NULL) = (suspension_reason IS NULL)),
  ADD CONSTRAINT tenant_with_suspension_is_locked_out
    CHECK (suspended_at IS NULL OR status IN ('SUSPENDED', 'CANCELLED'));
UPDATE tenancy.tenant SET provisioned_at = created_at;
CREATE INDEX tenant_status_trial_ends_at_idx ON tenancy.tenant (status, trial_ends_at);

-- Whether a company may work is never the company's to write.
REVOKE UPDATE ON tenancy.tenant FROM spine_app;
GRANT UPDATE (name, plan, trial_ends_at, time_zone, currency, website, description, provisioned_at, updated_at)
  ON tenancy.tenant TO spine_app;

-- From one start of an appointment that is offered to the next.
ALTER TABLE tenancy.tenant_settings
  ADD COLUMN slot_minutes integer NOT NULL DEFAULT 15,
  ADD CONSTRAINT tenant_settings_slot_minutes_is_a_part_of_a_day CHECK (slot_minutes BETWEEN 5 AND 1440);

-- Whom the platform writes to about the company, as identity tells it.
CREATE TABLE tenancy.tenant_member (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  user_id      uuid NOT NULL,
  email        text NOT NULL,
  display_name text NOT NULL,
  is_owner     boolean NOT NULL,
  CONSTRAINT tenant_member_pkey PRIMARY KEY (tenant_id, user_id),
  CONSTRAINT tenant_member_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenant (id) ON DELETE CASCADE ON UPDATE CASCADE
);
SELECT kernel.isolate_tenant_rows('tenancy.tenant_member');

CREATE TYPE tenancy."OnboardingStep" AS ENUM ('ORGANIZATION', 'TEAM', 'PREFERENCES', 'PLAN', 'DASHBOARD');

CREATE TABLE tenancy.onboarding (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  started_by   uuid NOT NULL,
  started_at   timestamptz(3) NOT NULL,
  completed_at timestamptz(3),
  CONSTRAINT onboarding_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT onboarding_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenant (id) ON DELETE CASCADE ON UPDATE CASCADE
);
SELECT kernel.isolate_tenant_rows('tenancy.onboarding');

-- A step that was taken. Of what was answered only a digest is kept: it holds addresses of people.
CREATE TABLE tenancy.onboarding_answer (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  step         tenancy."OnboardingStep" NOT NULL,
  fingerprint  text NOT NULL,
  submitted_by uuid NOT NULL,
  submitted_at timestamptz(3) NOT NULL,
  CONSTRAINT onboarding_answer_pkey PRIMARY KEY (tenant_id, step),
  CONSTRAINT onboarding_answer_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.onboarding (tenant_id) ON DELETE CASCADE ON UPDATE CASCADE
);
SELECT kernel.isolate_tenant_rows('tenancy.onboarding_answer');

-- The owner of a new company was invited by nobody of it.
ALTER TABLE identity.invitation ALTER COLUMN invited_by DROP NOT NULL;
