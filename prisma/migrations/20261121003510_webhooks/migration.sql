-- Calls to addresses of companies when something has happened in them.
ALTER TYPE ops."NotificationKind" ADD VALUE 'WEBHOOK_DISABLED';

CREATE TYPE ops."WebhookStatus" AS ENUM ('ACTIVE', 'PAUSED', 'DISABLED');
CREATE TYPE ops."WebhookDeliveryStatus" AS ENUM ('PENDING', 'DELIVERED', 'FAILED');

CREATE TABLE ops.webhook (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id            uuid NOT NULL,
  url           text NOT NULL,
  description   text NOT NULL,
  event_types   text[],
  status        ops."WebhookStatus" NOT NULL DEFAULT 'ACTIVE',
  failures      integer NOT NULL DEFAULT 0,
  failing_since timestamptz(3),
  created_at    timestamptz(3) NOT NULL,
  CONSTRAINT webhook_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT webhook_fails_since_a_time CHECK ((failures > 0) = (failing_since IS NOT NULL))
);
SELECT kernel.isolate_tenant_rows('ops.webhook');

-- What calls are signed with: after a rotation two of them for a while.
CREATE TABLE ops.webhook_secret (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  webhook_id uuid NOT NULL,
  sealed     text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3),
  CONSTRAINT webhook_secret_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT webhook_secret_tenant_id_webhook_id_fkey FOREIGN KEY (tenant_id, webhook_id) REFERENCES ops.webhook (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX webhook_secret_tenant_id_webhook_id_idx ON ops.webhook_secret (tenant_id, webhook_id);
SELECT kernel.isolate_tenant_rows('ops.webhook_secret');

-- What is said of one event, in the same bytes to every address and at every attempt.
CREATE TABLE ops.webhook_message (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  event_type text NOT NULL,
  body       text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT webhook_message_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX webhook_message_created_at_idx ON ops.webhook_message (created_at);
SELECT kernel.isolate_tenant_rows('ops.webhook_message');

CREATE TABLE ops.webhook_delivery (
  tenant_id       uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id              uuid NOT NULL,
  webhook_id      uuid NOT NULL,
  message_id      uuid NOT NULL,
  status          ops."WebhookDeliveryStatus" NOT NULL DEFAULT 'PENDING',
  round           integer NOT NULL DEFAULT 1,
  attempts        integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz(3),
  created_at      timestamptz(3) NOT NULL,
  delivered_at    timestamptz(3),
  CONSTRAINT webhook_delivery_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT webhook_delivery_tenant_id_webhook_id_fkey FOREIGN KEY (tenant_id, webhook_id) REFERENCES ops.webhook (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT webhook_delivery_tenant_id_message_id_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES ops.webhook_message (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT webhook_delivery_is_attempted_while_pending CHECK ((status = 'PENDING') = (next_attempt_at IS NOT NULL))
);
CREATE UNIQUE INDEX webhook_delivery_tenant_id_message_id_webhook_id_key ON ops.webhook_delivery (tenant_id, message_id, webhook_id);
CREATE INDEX webhook_delivery_tenant_id_webhook_id_created_at_id_idx ON ops.webhook_delivery (tenant_id, webhook_id, created_at, id);
SELECT kernel.isolate_tenant_rows('ops.webhook_delivery');

CREATE TABLE ops.webhook_attempt (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  delivery_id  uuid NOT NULL,
  at           timestamptz(3) NOT NULL,
  status_code  integer,
  failure      text,
  answer       text,
  milliseconds integer NOT NULL,
  CONSTRAINT webhook_attempt_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT webhook_attempt_tenant_id_delivery_id_fkey FOREIGN KEY (tenant_id, delivery_id) REFERENCES ops.webhook_delivery (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX webhook_attempt_tenant_id_delivery_id_idx ON ops.webhook_attempt (tenant_id, delivery_id);
SELECT kernel.isolate_tenant_rows('ops.webhook_attempt');
