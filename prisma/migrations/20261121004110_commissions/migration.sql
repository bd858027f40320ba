-- Which of the people who sign in a provider is.
ALTER TABLE booking.provider ADD COLUMN user_id uuid;
CREATE UNIQUE INDEX provider_tenant_id_user_id_key ON booking.provider (tenant_id, user_id);

-- The same, as booking has told.
CREATE TABLE commerce.commission_payee (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  provider_id uuid NOT NULL,
  user_id     uuid NOT NULL,
  CONSTRAINT commission_payee_pkey PRIMARY KEY (tenant_id, provider_id)
);
CREATE INDEX commission_payee_tenant_id_user_id_idx ON commerce.commission_payee (tenant_id, user_id);
SELECT kernel.isolate_tenant_rows('commerce.commission_payee');

CREATE TABLE commerce.commission_rule (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  scope       text NOT NULL,
  provider_id uuid,
  service_id  uuid,
  currency    char(3) NOT NULL,
  tiers       jsonb NOT NULL,
  created_at  timestamptz(3) NOT NULL,
  updated_at  timestamptz(3) NOT NULL,
  CONSTRAINT commission_rule_pkey PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX commission_rule_tenant_id_scope_key ON commerce.commission_rule (tenant_id, scope);
SELECT kernel.isolate_tenant_rows('commerce.commission_rule');

-- What a provider has done in a month under a rule, which decides the tier of what comes next.
CREATE TABLE commerce.commission_turnover (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  rule_id     uuid NOT NULL,
  provider_id uuid NOT NULL,
  month       char(7) NOT NULL,
  currency    char(3) NOT NULL,
  amount      bigint NOT NULL,
  CONSTRAINT commission_turnover_pkey PRIMARY KEY (tenant_id, rule_id, provider_id, month, currency),
  CONSTRAINT commission_turnover_amount_is_exact CHECK (amount BETWEEN 0 AND 9007199254740991)
);
SELECT kernel.isolate_tenant_rows('commerce.commission_turnover');

CREATE TABLE commerce.commission (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  booking_id  uuid NOT NULL,
  provider_id uuid NOT NULL,
  service_id  uuid NOT NULL,
  rule_id     uuid NOT NULL,
  month       char(7) NOT NULL,
  base        bigint NOT NULL,
  amount      bigint NOT NULL,
  reversed    bigint NOT NULL DEFAULT 0,
  revision    integer NOT NULL DEFAULT 0,
  currency    char(3) NOT NULL,
  earned_at   timestamptz(3) NOT NULL,
  CONSTRAINT commission_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT commission_is_part_of_its_base CHECK (base BETWEEN 1 AND 9007199254740991 AND amount BETWEEN 0 AND base),
  CONSTRAINT commission_is_not_taken_back_twice CHECK (reversed BETWEEN 0 AND amount)
);
CREATE UNIQUE INDEX commission_tenant_id_booking_id_key ON commerce.commission (tenant_id, booking_id);
CREATE INDEX commission_tenant_id_earned_at_id_idx ON commerce.commission (tenant_id, earned_at, id);
CREATE INDEX commission_tenant_id_provider_id_earned_at_id_idx ON commerce.commission (tenant_id, provider_id, earned_at, id);
CREATE INDEX commission_tenant_id_month_provider_id_idx ON commerce.commission (tenant_id, month, provider_id);
SELECT kernel.isolate_tenant_rows('commerce.commission');
