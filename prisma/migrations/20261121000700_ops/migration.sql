CREATE TYPE ops."IncidentSeverity" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');
CREATE TYPE ops."IncidentStatus" AS ENUM ('OPEN', 'ACKNOWLEDGED', 'MITIGATED', 'RESOLVED');
CREATE TYPE ops."NotificationKind" AS ENUM ('BOOKING_CONFIRMED', 'PAYMENT_SUCCEEDED', 'INCIDENT_RAISED');
CREATE TYPE ops."AuditAction" AS ENUM ('AUTH_LOGIN', 'AUTH_LOGOUT', 'AUTH_PASSWORD_RESET', 'AUTH_EMAIL_VERIFY', 'AUTH_MFA_CHANGED', 'RBAC_ROLE_CHANGED', 'TENANT_SWITCH', 'API_KEY_CHANGED', 'FEATURE_FLAG_CHANGED', 'DATA_EXPORT', 'DATA_DELETE', 'PAYMENT_EVENT', 'ADMIN_IMPERSONATION', 'SECURITY_POLICY_DECISION', 'USER_REPORTED', 'USER_BLOCKED', 'SYSTEM_ALERT_SENT', 'OPS_ACTION_APPLIED');

CREATE TABLE ops.audit_entry (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  env         text NOT NULL,
  action      ops."AuditAction" NOT NULL,
  actor_id    text NOT NULL,
  actor_kind  text NOT NULL,
  subject_id  text,
  surface     text NOT NULL,
  meta        jsonb NOT NULL,
  ip          text,
  user_agent  text,
  request_id  text NOT NULL,
  recorded_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT audit_entry_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT audit_entry_env_is_known CHECK (env IN ('dev', 'staging', 'prod')),
  CONSTRAINT audit_entry_actor_kind_is_known CHECK (actor_kind IN ('anonymous', 'member', 'platform', 'system'))
);
CREATE INDEX audit_entry_tenant_id_occurred_at_id_idx ON ops.audit_entry (tenant_id, occurred_at, id);
CREATE INDEX audit_entry_tenant_id_action_occurred_at_idx ON ops.audit_entry (tenant_id, action, occurred_at);
CREATE INDEX audit_entry_tenant_id_actor_id_occurred_at_idx ON ops.audit_entry (tenant_id, actor_id, occurred_at);
CREATE INDEX audit_entry_occurred_at_id_idx ON ops.audit_entry (occurred_at, id);
SELECT kernel.isolate_tenant_rows('ops.audit_entry');
SELECT kernel.make_append_only('ops.audit_entry');

CREATE TABLE ops.auth_ops_logs (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  type        text NOT NULL,
  occurred_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  user_id     uuid,
  provider    text,
  CONSTRAINT auth_ops_logs_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX auth_ops_logs_tenant_id_occurred_at_idx ON ops.auth_ops_logs (tenant_id, occurred_at DESC);
CREATE INDEX auth_ops_logs_tenant_id_type_occurred_at_idx ON ops.auth_ops_logs (tenant_id, type, occurred_at);
SELECT kernel.isolate_tenant_rows('ops.auth_ops_logs');

CREATE TABLE ops.tenant_watch (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  tenant    jsonb NOT NULL,
  requested bigint NOT NULL DEFAULT 0,
  evaluated bigint NOT NULL DEFAULT 0,
  signal_at timestamptz(3),
  CONSTRAINT tenant_watch_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT tenant_watch_tenant_is_its_own CHECK (tenant ->> 'id' = tenant_id::text)
);
SELECT kernel.isolate_tenant_rows('ops.tenant_watch');

CREATE TABLE ops.alarm (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  type       text NOT NULL,
  firing     boolean NOT NULL,
  calm_since timestamptz(3),
  cleared_at timestamptz(3),
  flaps      integer NOT NULL,
  seen_at    timestamptz(3),
  CONSTRAINT alarm_pkey PRIMARY KEY (tenant_id, type)
);
CREATE INDEX alarm_firing_idx ON ops.alarm (firing);
SELECT kernel.isolate_tenant_rows('ops.alarm');

CREATE TABLE ops.incident (
  tenant_id         uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id                uuid NOT NULL,
  event_id          text NOT NULL,
  type              text NOT NULL,
  severity          ops."IncidentSeverity" NOT NULL,
  status            ops."IncidentStatus" NOT NULL DEFAULT 'OPEN',
  title             text NOT NULL,
  decision          text NOT NULL,
  steps             text[],
  risks             text[],
  recommended_flags jsonb NOT NULL,
  rollback_plan     text[],
  classification    text NOT NULL,
  metrics           jsonb NOT NULL,
  occurred_at       timestamptz(3) NOT NULL,
  acknowledged_at   timestamptz(3),
  mitigated_at      timestamptz(3),
  resolved_at       timestamptz(3),
  updated_at        timestamptz(3) NOT NULL,
  CONSTRAINT incident_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT incident_is_resolved_at_a_time CHECK ((status = 'RESOLVED') = (resolved_at IS NOT NULL))
);
-- However often it is detected, what is still going on is one incident.
CREATE UNIQUE INDEX incident_one_open_per_type ON ops.incident (tenant_id, type) WHERE status <> 'RESOLVED';
CREATE INDEX incident_tenant_id_occurred_at_id_idx ON ops.incident (tenant_id, occurred_at, id);
CREATE INDEX incident_occurred_at_id_idx ON ops.incident (occurred_at, id);
SELECT kernel.isolate_tenant_rows('ops.incident');

CREATE TABLE ops.incident_change (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  incident_id uuid NOT NULL,
  status      ops."IncidentStatus" NOT NULL,
  severity    ops."IncidentSeverity" NOT NULL,
  note        text,
  actor_id    uuid,
  actor_kind  text NOT NULL,
  at          timestamptz(3) NOT NULL,
  CONSTRAINT incident_change_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT incident_change_tenant_id_incident_id_fkey FOREIGN KEY (tenant_id, incident_id)
    REFERENCES ops.incident (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT incident_change_actor_kind_is_known CHECK (actor_kind IN ('member', 'platform', 'system'))
);
CREATE INDEX incident_change_tenant_id_incident_id_idx ON ops.incident_change (tenant_id, incident_id);
SELECT kernel.isolate_tenant_rows('ops.incident_change');
SELECT kernel.make_append_only('ops.incident_change');

CREATE TABLE ops.notification_recipient (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  user_id      uuid NOT NULL,
  display_name text NOT NULL,
  roles        text[],
  is_owner     boolean NOT NULL,
  CONSTRAINT notification_recipient_pkey PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX notification_recipient_tenant_id_user_id_key ON ops.notification_recipient (tenant_id, user_id);
CREATE INDEX notification_recipient_tenant_id_is_owner_idx ON ops.notification_recipient (tenant_id, is_owner);
SELECT kernel.isolate_tenant_rows('ops.notification_recipient');

CREATE TABLE ops.notification (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  user_id     uuid NOT NULL,
  kind        ops."NotificationKind" NOT NULL,
  title       text NOT NULL,
  body        text NOT NULL,
  booking_id  uuid,
  incident_id uuid,
  created_at  timestamptz(3) NOT NULL,
  read_at     timestamptz(3),
  CONSTRAINT notification_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT notification_tenant_id_incident_id_fkey FOREIGN KEY (tenant_id, incident_id)
    REFERENCES ops.incident (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX notification_tenant_id_user_id_created_at_id_idx ON ops.notification (tenant_id, user_id, created_at, id);
CREATE INDEX notification_tenant_id_user_id_read_at_idx ON ops.notification (tenant_id, user_id, read_at);
CREATE INDEX notification_tenant_id_incident_id_idx ON ops.notification (tenant_id, incident_id);
SELECT kernel.isolate_tenant_rows('ops.notification');
