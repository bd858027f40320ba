CREATE TYPE analytics."RevenueKind" AS ENUM ('PAYMENT', 'REFUND');

CREATE TABLE analytics.booking_fact (
  tenant_id      uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  booking_id     uuid NOT NULL,
  status         text NOT NULL,
  provider_id    uuid NOT NULL,
  provider_name  text NOT NULL,
  service_name   text NOT NULL,
  starts_at      timestamptz(3) NOT NULL,
  local_date     date NOT NULL,
  price_amount   bigint NOT NULL,
  price_currency char(3) NOT NULL,
  updated_at     timestamptz(3) NOT NULL,
  CONSTRAINT booking_fact_pkey PRIMARY KEY (tenant_id, booking_id)
);
CREATE INDEX booking_fact_tenant_id_local_date_idx ON analytics.booking_fact (tenant_id, local_date);
SELECT kernel.isolate_tenant_rows('analytics.booking_fact');

CREATE TABLE analytics.revenue_fact (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  kind        analytics."RevenueKind" NOT NULL,
  payment_id  uuid NOT NULL,
  booking_id  uuid NOT NULL,
  amount      bigint NOT NULL,
  currency    char(3) NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  local_date  date NOT NULL,
  CONSTRAINT revenue_fact_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT revenue_fact_sign_fits_kind CHECK ((kind = 'PAYMENT') = (amount > 0))
);
CREATE INDEX revenue_fact_tenant_id_local_date_idx ON analytics.revenue_fact (tenant_id, local_date);
SELECT kernel.isolate_tenant_rows('analytics.revenue_fact');
SELECT kernel.make_append_only('analytics.revenue_fact');
