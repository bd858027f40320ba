-- Flags: what every process keeps in its memory. They stand above tenants, whose own values are part of them.
CREATE TABLE kernel.flag (
  key        text NOT NULL,
  definition jsonb NOT NULL,
  version    integer NOT NULL DEFAULT 1,
  changed_at timestamptz(3) NOT NULL,
  CONSTRAINT flag_pkey PRIMARY KEY (key),
  CONSTRAINT flag_is_defined_under_its_key CHECK (definition ->> 'key' = key)
);
REVOKE ALL ON kernel.flag FROM spine_app;

-- Who has changed what of a flag, and why. A change that concerns one tenant is that tenant's row.
CREATE TABLE ops.flag_change (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  key         text NOT NULL,
  kind        text NOT NULL,
  before      jsonb,
  after       jsonb,
  reason      text NOT NULL,
  actor_id    uuid,
  actor_kind  text NOT NULL,
  approved_by uuid,
  at          timestamptz(3) NOT NULL,
  CONSTRAINT flag_change_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX flag_change_key_at_id_idx ON ops.flag_change (key, at, id);
SELECT kernel.isolate_tenant_rows('ops.flag_change');
SELECT kernel.make_append_only('ops.flag_change');

-- Changes of flags that take a second person.
CREATE TYPE ops."FlagProposalStatus" AS ENUM ('PENDING', 'APPROVED', 'REJECTED');
CREATE TABLE ops.flag_proposal (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  key         text NOT NULL,
  change      jsonb NOT NULL,
  reason      text NOT NULL,
  status      ops."FlagProposalStatus" NOT NULL DEFAULT 'PENDING',
  proposed_by uuid NOT NULL,
  proposed_at timestamptz(3) NOT NULL,
  decided_by  uuid,
  decided_at  timestamptz(3),
  CONSTRAINT flag_proposal_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT flag_proposal_takes_two CHECK (decided_by IS DISTINCT FROM proposed_by OR status <> 'APPROVED'),
  CONSTRAINT flag_proposal_is_decided_at_a_time CHECK ((status = 'PENDING') = (decided_at IS NULL))
);
CREATE INDEX flag_proposal_status_proposed_at_id_idx ON ops.flag_proposal (status, proposed_at, id);
SELECT kernel.isolate_tenant_rows('ops.flag_proposal');

-- Incidents end with what was learned from them.
ALTER TYPE ops."IncidentStatus" ADD VALUE 'POSTMORTEM';
ALTER TABLE ops.incident DROP CONSTRAINT incident_is_resolved_at_a_time;
ALTER TABLE ops.incident ADD CONSTRAINT incident_is_resolved_at_a_time
  CHECK ((status IN ('OPEN', 'ACKNOWLEDGED', 'MITIGATED')) = (resolved_at IS NULL));
DROP INDEX ops.incident_one_open_per_type;
CREATE UNIQUE INDEX incident_one_open_per_type ON ops.incident (tenant_id, type) WHERE resolved_at IS NULL;

ALTER TABLE ops.incident
  ADD COLUMN group_id uuid,
  ADD COLUMN muted_by text,
  ADD COLUMN escalation_level integer NOT NULL DEFAULT 0,
  ADD COLUMN next_escalation_at timestamptz(3),
  ADD COLUMN postmortem text,
  ADD CONSTRAINT incident_muted_by_is_known CHECK (muted_by IN ('SILENCE', 'INHIBITION'));
CREATE INDEX incident_next_escalation_at_idx ON ops.incident (next_escalation_at);
CREATE INDEX incident_group_id_idx ON ops.incident (group_id);

-- Incidents of one type that follow each other closely, at however many tenants, are one cause.
CREATE TABLE ops.incident_group (
  type      text NOT NULL,
  id        uuid NOT NULL,
  opened_at timestamptz(3) NOT NULL,
  last_at   timestamptz(3) NOT NULL,
  CONSTRAINT incident_group_pkey PRIMARY KEY (type)
);
REVOKE ALL ON ops.incident_group FROM spine_app;

-- For a while, nobody is called for incidents of a type.
CREATE TABLE ops.incident_silence (
  tenant_id       uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id              uuid NOT NULL,
  type            text,
  reason          text NOT NULL,
  starts_at       timestamptz(3) NOT NULL,
  ends_at         timestamptz(3) NOT NULL,
  created_by      uuid,
  created_by_kind text NOT NULL,
  CONSTRAINT incident_silence_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT incident_silence_ends CHECK (ends_at >= starts_at)
);
CREATE INDEX incident_silence_tenant_id_ends_at_id_idx ON ops.incident_silence (tenant_id, ends_at, id);
SELECT kernel.isolate_tenant_rows('ops.incident_silence');

-- Whom a tenant, or the platform, calls for an incident that nobody takes on, and after how long.
CREATE TABLE ops.escalation_policy (
  tenant_id          uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  least_severity     ops."IncidentSeverity" NOT NULL,
  after_minutes      integer[],
  on_call            uuid[],
  rotation_hours     integer NOT NULL,
  rotation_starts_at timestamptz(3) NOT NULL,
  changed_at         timestamptz(3) NOT NULL,
  CONSTRAINT escalation_policy_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT escalation_policy_rotates CHECK (rotation_hours > 0)
);
SELECT kernel.isolate_tenant_rows('ops.escalation_policy');

-- What was done about an incident, with what was so before, so that it can be undone.
CREATE TABLE ops.incident_action (
  tenant_id           uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id                  uuid NOT NULL,
  incident_id         uuid NOT NULL,
  kind                text NOT NULL,
  before              jsonb NOT NULL,
  after               jsonb NOT NULL,
  reason              text NOT NULL,
  applied_by          uuid,
  applied_by_kind     text NOT NULL,
  applied_at          timestamptz(3) NOT NULL,
  rolled_back_by      uuid,
  rolled_back_by_kind text,
  rolled_back_at      timestamptz(3),
  CONSTRAINT incident_action_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT incident_action_tenant_id_incident_id_fkey FOREIGN KEY (tenant_id, incident_id)
    REFERENCES ops.incident (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX incident_action_tenant_id_incident_id_idx ON ops.incident_action (tenant_id, incident_id);
SELECT kernel.isolate_tenant_rows('ops.incident_action');
