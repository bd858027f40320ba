-- What people and teams are told outside of the application, and how they want it.
CREATE TYPE ops."NotificationChannel" AS ENUM ('EMAIL', 'SMS', 'PUSH', 'SLACK', 'PAGERDUTY');
CREATE TYPE ops."NotificationStatus" AS ENUM ('PENDING', 'SENT', 'FAILED', 'BOUNCED');
CREATE TYPE ops."DigestRhythm" AS ENUM ('NONE', 'HOURLY', 'DAILY');

ALTER TABLE ops.notification_recipient ADD COLUMN email text;

CREATE TABLE ops.notification_setting (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  user_id     uuid NOT NULL,
  time_zone   text,
  quiet_from  smallint,
  quiet_until smallint,
  digest      ops."DigestRhythm" NOT NULL DEFAULT 'NONE',
  CONSTRAINT notification_setting_pkey PRIMARY KEY (tenant_id, user_id),
  CONSTRAINT notification_setting_is_quiet_from_and_until CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
  CONSTRAINT notification_setting_is_quiet_within_a_day CHECK (quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439)
);
SELECT kernel.isolate_tenant_rows('ops.notification_setting');

CREATE TABLE ops.notification_preference (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  user_id   uuid NOT NULL,
  kind      ops."NotificationKind" NOT NULL,
  channel   ops."NotificationChannel" NOT NULL,
  enabled   boolean NOT NULL,
  CONSTRAINT notification_preference_pkey PRIMARY KEY (tenant_id, user_id, kind, channel)
);
SELECT kernel.isolate_tenant_rows('ops.notification_preference');

-- A number that somebody has shown to be hers, or is about to.
CREATE TABLE ops.notification_phone (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  user_id      uuid NOT NULL,
  number       text NOT NULL,
  sealed_code  text,
  code_until   timestamptz(3),
  tries        integer NOT NULL DEFAULT 0,
  asked_at     timestamptz(3) NOT NULL,
  confirmed_at timestamptz(3),
  CONSTRAINT notification_phone_pkey PRIMARY KEY (tenant_id, user_id),
  CONSTRAINT notification_phone_has_a_code_until_confirmed CHECK ((confirmed_at IS NULL) = (sealed_code IS NOT NULL) AND (sealed_code IS NULL) = (code_until IS NULL))
);
SELECT kernel.isolate_tenant_rows('ops.notification_phone');

CREATE TABLE ops.push_subscription (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  user_id    uuid NOT NULL,
  endpoint   text NOT NULL,
  p256dh     text NOT NULL,
  auth       text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT push_subscription_pkey PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX push_subscription_tenant_id_user_id_endpoint_key ON ops.push_subscription (tenant_id, user_id, endpoint);
SELECT kernel.isolate_tenant_rows('ops.push_subscription');

-- Where a company's team is alerted.
CREATE TABLE ops.alert_channel (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  channel    ops."NotificationChannel" NOT NULL,
  name       text NOT NULL,
  sealed     text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT alert_channel_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT alert_channel_is_a_teams CHECK (channel NOT IN ('EMAIL', 'SMS', 'PUSH'))
);
SELECT kernel.isolate_tenant_rows('ops.alert_channel');

CREATE TABLE ops.notification_log (
  tenant_id       uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id              uuid NOT NULL,
  user_id         uuid,
  channel         ops."NotificationChannel" NOT NULL,
  target_id       uuid,
  kind            ops."NotificationKind" NOT NULL,
  title           text NOT NULL,
  body            text NOT NULL,
  subject_id      uuid,
  in_digest       boolean NOT NULL,
  status          ops."NotificationStatus" NOT NULL DEFAULT 'PENDING',
  attempts        integer NOT NULL DEFAULT 0,
  failure         text,
  provider_id     text,
  created_at      timestamptz(3) NOT NULL,
  next_attempt_at timestamptz(3),
  sent_at         timestamptz(3),
  CONSTRAINT notification_log_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT notification_log_is_attempted_while_pending CHECK ((status = 'PENDING') = (next_attempt_at IS NOT NULL))
);
CREATE INDEX notification_log_tenant_id_created_at_id_idx ON ops.notification_log (tenant_id, created_at, id);
CREATE INDEX notification_log_tenant_id_user_id_status_idx ON ops.notification_log (tenant_id, user_id, status);
CREATE INDEX notification_log_provider_id_idx ON ops.notification_log (provider_id);
SELECT kernel.isolate_tenant_rows('ops.notification_log');
