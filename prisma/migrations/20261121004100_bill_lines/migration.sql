CREATE TYPE commerce."BillLineState" AS ENUM ('LIVE', 'DONE', 'CANCELLED', 'MISSED', 'EXPIRED');
CREATE TYPE commerce."PaymentPurpose" AS ENUM ('WHOLE', 'DEPOSIT', 'REST', 'FEE');

-- Bookings that are made together share a bill, which was opened for the first of them.
ALTER TABLE commerce.bill ADD COLUMN group_id uuid;
CREATE UNIQUE INDEX bill_tenant_id_group_id_currency_key ON commerce.bill (tenant_id, group_id, currency);

CREATE TABLE commerce.bill_line (
  tenant_id      uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id             uuid NOT NULL,
  bill_id        uuid NOT NULL,
  booking_id     uuid NOT NULL,
  description    text NOT NULL,
  price          bigint NOT NULL,
  deposit        bigint NOT NULL DEFAULT 0,
  fee            bigint NOT NULL DEFAULT 0,
  state          commerce."BillLineState" NOT NULL DEFAULT 'LIVE',
  deposit_earned bigint NOT NULL DEFAULT 0,
  created_at     timestamptz(3) NOT NULL,
  updated_at     timestamptz(3) NOT NULL,
  CONSTRAINT bill_line_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT bill_line_tenant_id_bill_id_fkey FOREIGN KEY (tenant_id, bill_id)
    REFERENCES commerce.bill (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT bill_line_price_is_exact CHECK (price BETWEEN 1 AND 9007199254740991),
  CONSTRAINT bill_line_asks_no_more_than_its_price CHECK (
    deposit BETWEEN 0 AND price AND fee BETWEEN 0 AND price AND deposit_earned BETWEEN 0 AND price)
);
CREATE UNIQUE INDEX bill_line_tenant_id_booking_id_key ON commerce.bill_line (tenant_id, booking_id);
CREATE INDEX bill_line_tenant_id_bill_id_idx ON commerce.bill_line (tenant_id, bill_id);

ALTER TABLE commerce.payment
  ADD COLUMN purpose commerce."PaymentPurpose" NOT NULL DEFAULT 'WHOLE',
  ADD COLUMN unattended boolean NOT NULL DEFAULT false,
  ADD COLUMN customer_ref text,
  ADD COLUMN card_ref text;

-- How much of a payment is for which line.
CREATE TABLE commerce.payment_share (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  payment_id uuid NOT NULL,
  line_id    uuid NOT NULL,
  amount     bigint NOT NULL,
  CONSTRAINT payment_share_pkey PRIMARY KEY (tenant_id, payment_id, line_id),
  CONSTRAINT payment_share_tenant_id_payment_id_fkey FOREIGN KEY (tenant_id, payment_id)
    REFERENCES commerce.payment (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT payment_share_tenant_id_line_id_fkey FOREIGN KEY (tenant_id, line_id)
    REFERENCES commerce.bill_line (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT payment_share_amount_is_exact CHECK (amount BETWEEN 1 AND 9007199254740991)
);
CREATE INDEX payment_share_tenant_id_line_id_idx ON commerce.payment_share (tenant_id, line_id);

ALTER TABLE commerce.refund
  ADD COLUMN line_id uuid,
  ADD COLUMN from_deposits bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT refund_tenant_id_line_id_fkey FOREIGN KEY (tenant_id, line_id)
    REFERENCES commerce.bill_line (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  ADD CONSTRAINT refund_from_deposits_is_part_of_it CHECK (from_deposits BETWEEN 0 AND amount);
CREATE INDEX refund_tenant_id_line_id_idx ON commerce.refund (tenant_id, line_id);

-- A client as the payment provider knows her.
CREATE TABLE commerce.payer_customer (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  client_id    uuid NOT NULL,
  provider_ref text NOT NULL,
  created_at   timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT payer_customer_pkey PRIMARY KEY (tenant_id, client_id)
);

-- Bills there are have one line, which their payments are for. The owner has to see the rows of all tenants for it.
ALTER TABLE commerce.bill NO FORCE ROW LEVEL SECURITY;
ALTER TABLE commerce.payment NO FORCE ROW LEVEL SECURITY;
INSERT INTO commerce.bill_line (tenant_id, id, bill_id, booking_id, description, price, state, created_at, updated_at)
  SELECT tenant_id, id, id, booking_id, description, amount,
    (CASE status WHEN 'VOID' THEN 'CANCELLED' ELSE 'LIVE' END)::commerce."BillLineState", created_at, updated_at
  FROM commerce.bill;
INSERT INTO commerce.payment_share (tenant_id, payment_id, line_id, amount)
  SELECT tenant_id, id, bill_id, amount FROM commerce.payment;
ALTER TABLE commerce.bill FORCE ROW LEVEL SECURITY;
ALTER TABLE commerce.payment FORCE ROW LEVEL SECURITY;

SELECT kernel.isolate_tenant_rows('commerce.bill_line');
SELECT kernel.isolate_tenant_rows('commerce.payment_share');
SELECT kernel.isolate_tenant_rows('commerce.payer_customer');
