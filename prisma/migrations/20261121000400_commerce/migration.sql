CREATE TYPE commerce."BillStatus" AS ENUM ('OPEN', 'PAID', 'VOID');
CREATE TYPE commerce."PaymentState" AS ENUM ('REQUIRES_PAYMENT_METHOD', 'PROCESSING', 'REQUIRES_ACTION', 'FAILED', 'CANCELLED', 'SUCCEEDED', 'PARTIALLY_REFUNDED', 'REFUNDED');
CREATE TYPE commerce."CollectionState" AS ENUM ('REQUIRES_PAYMENT_METHOD', 'PROCESSING', 'REQUIRES_ACTION', 'FAILED', 'CANCELLED', 'SUCCEEDED');
CREATE TYPE commerce."PaymentMethod" AS ENUM ('CARD');
CREATE TYPE commerce."RefundState" AS ENUM ('PENDING', 'SUCCEEDED', 'FAILED');

CREATE TABLE commerce.bill (
  tenant_id      uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id             uuid NOT NULL,
  booking_id     uuid NOT NULL,
  client_id      uuid,
  client_user_id uuid,
  description    text NOT NULL,
  amount         bigint NOT NULL,
  currency       char(3) NOT NULL,
  status         commerce."BillStatus" NOT NULL DEFAULT 'OPEN',
  created_at     timestamptz(3) NOT NULL,
  updated_at     timestamptz(3) NOT NULL,
  CONSTRAINT bill_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT bill_amount_is_exact CHECK (amount BETWEEN 1 AND 9007199254740991)
);
CREATE UNIQUE INDEX bill_tenant_id_booking_id_key ON commerce.bill (tenant_id, booking_id);
SELECT kernel.isolate_tenant_rows('commerce.bill');

CREATE TABLE commerce.payment (
  tenant_id         uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id                uuid NOT NULL,
  bill_id           uuid NOT NULL,
  status            commerce."PaymentState" NOT NULL DEFAULT 'REQUIRES_PAYMENT_METHOD',
  amount            bigint NOT NULL,
  currency          char(3) NOT NULL,
  method            commerce."PaymentMethod" NOT NULL DEFAULT 'CARD',
  payer_user_id     uuid,
  payment_method_id text NOT NULL,
  provider_ref      text,
  client_secret     text,
  collection        commerce."CollectionState" NOT NULL DEFAULT 'REQUIRES_PAYMENT_METHOD',
  collection_at     timestamptz(3) NOT NULL,
  received          bigint NOT NULL DEFAULT 0,
  fee               bigint,
  decline_code      text,
  released_at       timestamptz(3),
  succeeded_at      timestamptz(3),
  tenant            jsonb NOT NULL,
  created_at        timestamptz(3) NOT NULL,
  updated_at        timestamptz(3) NOT NULL,
  CONSTRAINT payment_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT payment_tenant_id_bill_id_fkey FOREIGN KEY (tenant_id, bill_id)
    REFERENCES commerce.bill (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT payment_amount_is_exact CHECK (amount BETWEEN 1 AND 9007199254740991),
  CONSTRAINT payment_received_is_exact CHECK (received BETWEEN 0 AND 9007199254740991 AND fee BETWEEN 0 AND 9007199254740991),
  CONSTRAINT payment_tenant_is_its_own CHECK (tenant ->> 'id' = tenant_id::text)
);
-- One attempt at a time has a claim on a bill; the next may come when it was given up.
CREATE UNIQUE INDEX payment_one_claim_per_bill ON commerce.payment (tenant_id, bill_id) WHERE released_at IS NULL;
CREATE INDEX payment_tenant_id_bill_id_idx ON commerce.payment (tenant_id, bill_id);
CREATE INDEX payment_tenant_id_created_at_id_idx ON commerce.payment (tenant_id, created_at, id);
CREATE INDEX payment_collection_updated_at_idx ON commerce.payment (collection, updated_at);
SELECT kernel.isolate_tenant_rows('commerce.payment');

CREATE TABLE commerce.refund (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  payment_id   uuid NOT NULL,
  provider_ref text,
  amount       bigint NOT NULL,
  state        commerce."RefundState" NOT NULL DEFAULT 'PENDING',
  reason       text NOT NULL,
  created_at   timestamptz(3) NOT NULL,
  updated_at   timestamptz(3) NOT NULL,
  CONSTRAINT refund_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT refund_tenant_id_payment_id_fkey FOREIGN KEY (tenant_id, payment_id)
    REFERENCES commerce.payment (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT refund_amount_is_exact CHECK (amount BETWEEN 1 AND 9007199254740991)
);
CREATE UNIQUE INDEX refund_tenant_id_provider_ref_key ON commerce.refund (tenant_id, provider_ref);
CREATE INDEX refund_tenant_id_payment_id_idx ON commerce.refund (tenant_id, payment_id);
CREATE INDEX refund_state_updated_at_idx ON commerce.refund (state, updated_at);
SELECT kernel.isolate_tenant_rows('commerce.refund');

CREATE TABLE commerce.stripe_event (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          text NOT NULL,
  type        text NOT NULL,
  received_at timestamptz(3) NOT NULL,
  CONSTRAINT stripe_event_pkey PRIMARY KEY (tenant_id, id)
);
SELECT kernel.isolate_tenant_rows('commerce.stripe_event');
SELECT kernel.make_append_only('commerce.stripe_event');

CREATE TABLE commerce.ledger_account (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  code       text NOT NULL,
  currency   char(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT ledger_account_pkey PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX ledger_account_tenant_id_code_currency_key ON commerce.ledger_account (tenant_id, code, currency);
SELECT kernel.isolate_tenant_rows('commerce.ledger_account');
-- An account whose currency changed would change the meaning of every posting on it.
SELECT kernel.make_append_only('commerce.ledger_account');

CREATE TABLE commerce.journal_entry (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id            uuid NOT NULL,
  reference     text NOT NULL,
  description   text NOT NULL,
  currency      char(3) NOT NULL,
  posting_count integer NOT NULL,
  occurred_at   timestamptz(3) NOT NULL,
  CONSTRAINT journal_entry_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT journal_entry_moves_between_accounts CHECK (posting_count >= 2)
);
CREATE UNIQUE INDEX journal_entry_tenant_id_reference_key ON commerce.journal_entry (tenant_id, reference);
CREATE INDEX journal_entry_tenant_id_occurred_at_id_idx ON commerce.journal_entry (tenant_id, occurred_at, id);
SELECT kernel.isolate_tenant_rows('commerce.journal_entry');
SELECT kernel.make_append_only('commerce.journal_entry');

CREATE TABLE commerce.posting (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  entry_id   uuid NOT NULL,
  account_id uuid NOT NULL,
  amount     bigint NOT NULL,
  CONSTRAINT posting_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT posting_tenant_id_entry_id_fkey FOREIGN KEY (tenant_id, entry_id)
    REFERENCES commerce.journal_entry (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT posting_tenant_id_account_id_fkey FOREIGN KEY (tenant_id, account_id)
    REFERENCES commerce.ledger_account (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT posting_moves_an_exact_sum CHECK (amount <> 0 AND amount BETWEEN -9007199254740991 AND 9007199254740991)
);
CREATE INDEX posting_tenant_id_entry_id_idx ON commerce.posting (tenant_id, entry_id);
CREATE INDEX posting_tenant_id_account_id_idx ON commerce.posting (tenant_id, account_id);
SELECT kernel.isolate_tenant_rows('commerce.posting');
SELECT kernel.make_append_only('commerce.posting');

-- At commit every entry has exactly the postings it announced, all of its currency, and they sum to zero.
-- What the tenant of the transaction cannot see counts as missing, so a changed tenant refuses as well.
CREATE FUNCTION commerce.refuse_unbalanced_entry() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  checked_entry uuid;
  problem text;
BEGIN
  IF TG_TABLE_NAME = 'posting' THEN checked_entry := NEW.entry_id; ELSE checked_entry := NEW.id; END IF;
  SELECT CASE
      WHEN count(account.id) <> entry.posting_count THEN 'does not have the postings it announced'
      WHEN bool_or(account.currency <> entry.currency) THEN 'mixes currencies'
      WHEN sum(posting.amount) <> 0 THEN 'does not sum to zero'
    END
    INTO problem
    FROM commerce.journal_entry entry
    LEFT JOIN commerce.posting ON posting.tenant_id = entry.tenant_id AND posting.entry_id = entry.id
    LEFT JOIN commerce.ledger_account account ON account.tenant_id = posting.tenant_id AND account.id = posting.account_id
    WHERE entry.tenant_id = NEW.tenant_id AND entry.id = checked_entry
    GROUP BY entry.tenant_id, entry.id;
  IF NOT FOUND THEN problem := 'cannot be seen'; END IF;
  IF problem IS NOT NULL THEN
    RAISE EXCEPTION 'journal entry % %', checked_entry, problem USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER entry_is_balanced AFTER INSERT ON commerce.journal_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commerce.refuse_unbalanced_entry();
CREATE CONSTRAINT TRIGGER entry_is_balanced AFTER INSERT ON commerce.posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commerce.refuse_unbalanced_entry();

CREATE TABLE commerce.account_balance (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  account_id uuid NOT NULL,
  net        bigint NOT NULL,
  CONSTRAINT account_balance_pkey PRIMARY KEY (tenant_id, account_id),
  CONSTRAINT account_balance_tenant_id_account_id_fkey FOREIGN KEY (tenant_id, account_id)
    REFERENCES commerce.ledger_account (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT account_balance_is_exact CHECK (net BETWEEN -9007199254740991 AND 9007199254740991)
);
SELECT kernel.isolate_tenant_rows('commerce.account_balance');
