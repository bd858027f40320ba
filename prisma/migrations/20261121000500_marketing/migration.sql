CREATE TYPE marketing."LoyaltyEntryReason" AS ENUM ('EARNED_FOR_BOOKING', 'ADJUSTED', 'REDEEMED', 'EXPIRED');
CREATE TYPE marketing."ReviewStatus" AS ENUM ('PUBLISHED', 'HIDDEN');

CREATE TABLE marketing.loyalty_account (
  tenant_id       uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  user_id         uuid,
  points          integer NOT NULL DEFAULT 0,
  lifetime_points integer NOT NULL DEFAULT 0,
  created_at      timestamptz(3) NOT NULL,
  updated_at      timestamptz(3) NOT NULL,
  CONSTRAINT loyalty_account_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT loyalty_account_is_never_overdrawn CHECK (points >= 0),
  CONSTRAINT loyalty_account_holds_no_more_than_it_was_given CHECK (lifetime_points >= points)
);
CREATE UNIQUE INDEX loyalty_account_tenant_id_client_id_key ON marketing.loyalty_account (tenant_id, client_id);
CREATE UNIQUE INDEX loyalty_account_tenant_id_user_id_key ON marketing.loyalty_account (tenant_id, user_id);
SELECT kernel.isolate_tenant_rows('marketing.loyalty_account');

CREATE TABLE marketing.loyalty_entry (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  account_id uuid NOT NULL,
  reason     marketing."LoyaltyEntryReason" NOT NULL,
  points     integer NOT NULL,
  source     text NOT NULL,
  booking_id uuid,
  note       text,
  actor_id   text,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT loyalty_entry_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT loyalty_entry_tenant_id_account_id_fkey FOREIGN KEY (tenant_id, account_id)
    REFERENCES marketing.loyalty_account (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT loyalty_entry_goes_the_way_of_its_reason CHECK (CASE reason
    WHEN 'EARNED_FOR_BOOKING' THEN points > 0 AND booking_id IS NOT NULL
    WHEN 'ADJUSTED' THEN points <> 0
    ELSE points < 0 END)
);
CREATE UNIQUE INDEX loyalty_entry_tenant_id_source_key ON marketing.loyalty_entry (tenant_id, source);
CREATE INDEX loyalty_entry_tenant_id_account_id_created_at_id_idx
  ON marketing.loyalty_entry (tenant_id, account_id, created_at, id);
SELECT kernel.isolate_tenant_rows('marketing.loyalty_entry');
SELECT kernel.make_append_only('marketing.loyalty_entry');

CREATE TABLE marketing.reviewable_booking (
  tenant_id      uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  booking_id     uuid NOT NULL,
  provider_id    uuid NOT NULL,
  client_id      uuid NOT NULL,
  client_user_id uuid,
  completed_at   timestamptz(3) NOT NULL,
  CONSTRAINT reviewable_booking_pkey PRIMARY KEY (tenant_id, booking_id)
);
SELECT kernel.isolate_tenant_rows('marketing.reviewable_booking');

CREATE TABLE marketing.review (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  booking_id  uuid NOT NULL,
  provider_id uuid NOT NULL,
  rating      smallint NOT NULL,
  text        text,
  status      marketing."ReviewStatus" NOT NULL DEFAULT 'PUBLISHED',
  created_at  timestamptz(3) NOT NULL,
  updated_at  timestamptz(3) NOT NULL,
  CONSTRAINT review_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT review_tenant_id_booking_id_fkey FOREIGN KEY (tenant_id, booking_id)
    REFERENCES marketing.reviewable_booking (tenant_id, booking_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT review_rating_is_one_to_five CHECK (rating BETWEEN 1 AND 5),
  CONSTRAINT review_text_is_short CHECK (char_length(text) BETWEEN 1 AND 2000)
);
CREATE UNIQUE INDEX review_tenant_id_booking_id_key ON marketing.review (tenant_id, booking_id);
CREATE INDEX review_tenant_id_provider_id_created_at_id_idx ON marketing.review (tenant_id, provider_id, created_at, id);
SELECT kernel.isolate_tenant_rows('marketing.review');
