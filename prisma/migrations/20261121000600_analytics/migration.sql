CREATE TYPE analytics."BookingFactStatus" AS ENUM ('PENDING', 'CONFIRMED', 'COMPLETED', 'CANCELLED', 'NO_SHOW', 'EXPIRED');
CREATE TYPE analytics."RevenueKind" AS ENUM ('PAYMENT', 'REFUND');

CREATE TABLE analytics.booking_fact (
  tenant_id      uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  booking_id     uuid NOT NULL,
  status         analytics."BookingFactStatus" NOT NULL,
  status_rank    smallint NOT NULL,
  status_at      timestamptz(3) NOT NULL,
  provider_id    uuid NOT NULL,
  service_id     uuid NOT NULL,
  starts_at      timestamptz(3) NOT NULL,
  local_date     date NOT NULL,
  price_amount   bigint NOT NULL,
  price_currency char(3) NOT NULL,
  CONSTRAINT booking_fact_pkey PRIMARY KEY (tenant_id, booking_id)
);
CREATE INDEX booking_fact_tenant_id_local_date_idx ON analytics.booking_fact (tenant_id, local_date);
CREATE INDEX booking_fact_tenant_id_starts_at_idx ON analytics.booking_fact (tenant_id, starts_at);
SELECT kernel.isolate_tenant_rows('analytics.booking_fact');

CREATE TABLE analytics.revenue_fact (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  source      text NOT NULL,
  kind        analytics."RevenueKind" NOT NULL,
  payment_id  uuid NOT NULL,
  booking_id  uuid NOT NULL,
  amount      bigint NOT NULL,
  currency    char(3) NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  local_date  date NOT NULL,
  CONSTRAINT revenue_fact_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT revenue_fact_goes_the_way_of_its_kind CHECK (CASE kind WHEN 'PAYMENT' THEN amount > 0 ELSE amount < 0 END)
);
CREATE UNIQUE INDEX revenue_fact_tenant_id_source_key ON analytics.revenue_fact (tenant_id, source);
CREATE INDEX revenue_fact_tenant_id_local_date_idx ON analytics.revenue_fact (tenant_id, local_date);
SELECT kernel.isolate_tenant_rows('analytics.revenue_fact');
SELECT kernel.make_append_only('analytics.revenue_fact');
