CREATE TYPE tenancy."WorkflowOrigin" AS ENUM ('PLATFORM', 'TENANT');
CREATE TYPE tenancy."WorkflowRunStatus" AS ENUM ('RUNNING', 'ENDED', 'CANCELLED');
CREATE TYPE tenancy."AutomationRunStatus" AS ENUM ('DONE', 'INCOMPLETE', 'REFUSED');

-- A version of a workflow, as it will always be.
CREATE TABLE tenancy.workflow_version (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  key          text NOT NULL,
  version      integer NOT NULL,
  name         text NOT NULL,
  entity_type  text NOT NULL,
  body         jsonb NOT NULL,
  digest       text NOT NULL,
  origin       tenancy."WorkflowOrigin" NOT NULL,
  published_by text,
  published_at timestamptz(3) NOT NULL,
  CONSTRAINT workflow_version_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT workflow_version_counts_from_one CHECK (version >= 1)
);
CREATE UNIQUE INDEX workflow_version_tenant_id_key_version_key ON tenancy.workflow_version (tenant_id, key, version);
SELECT kernel.isolate_tenant_rows('tenancy.workflow_version');
SELECT kernel.make_append_only('tenancy.workflow_version');

-- A workflow at work on something.
CREATE TABLE tenancy.workflow_run (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  version_id  uuid NOT NULL,
  key         text NOT NULL,
  entity_type text NOT NULL,
  entity_id   text NOT NULL,
  status      tenancy."WorkflowRunStatus" NOT NULL,
  outcome     text,
  state       jsonb NOT NULL,
  revision    integer NOT NULL,
  step        text NOT NULL,
  is_task     boolean NOT NULL,
  assignee_id text,
  roles       text[],
  starter_id  text,
  due_at      timestamptz(3),
  wake_at     timestamptz(3),
  depth       integer NOT NULL DEFAULT 0,
  started_at  timestamptz(3) NOT NULL,
  updated_at  timestamptz(3) NOT NULL,
  CONSTRAINT workflow_run_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT workflow_run_tenant_id_version_id_fkey FOREIGN KEY (tenant_id, version_id) REFERENCES tenancy.workflow_version (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT workflow_run_over_waits_for_nothing CHECK (status = 'RUNNING' OR (NOT is_task AND wake_at IS NULL)),
  CONSTRAINT workflow_run_outcome_of_an_end CHECK ((status = 'ENDED') = (outcome IS NOT NULL)),
  CONSTRAINT workflow_run_has_begun CHECK (revision >= 1)
);
CREATE INDEX workflow_run_tenant_id_version_id_idx ON tenancy.workflow_run (tenant_id, version_id);
CREATE INDEX workflow_run_tenant_id_entity_type_entity_id_idx ON tenancy.workflow_run (tenant_id, entity_type, entity_id);
CREATE INDEX workflow_run_tenant_id_started_at_id_idx ON tenancy.workflow_run (tenant_id, started_at, id);
CREATE INDEX workflow_run_wake_at_idx ON tenancy.workflow_run (wake_at);
CREATE INDEX workflow_run_tasks ON tenancy.workflow_run (tenant_id, assignee_id, started_at) WHERE is_task;
-- Nothing is at work twice on the same.
CREATE UNIQUE INDEX workflow_run_one_at_a_time ON tenancy.workflow_run (tenant_id, key, entity_type, entity_id) WHERE status = 'RUNNING';
SELECT kernel.isolate_tenant_rows('tenancy.workflow_run');

-- One thing that happened in a run.
CREATE TABLE tenancy.workflow_entry (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  run_id    uuid NOT NULL,
  sequence  integer NOT NULL,
  kind      text NOT NULL,
  body      jsonb NOT NULL,
  at        timestamptz(3) NOT NULL,
  CONSTRAINT workflow_entry_pkey PRIMARY KEY (tenant_id, run_id, sequence),
  CONSTRAINT workflow_entry_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES tenancy.workflow_run (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE
);
SELECT kernel.isolate_tenant_rows('tenancy.workflow_entry');
SELECT kernel.make_append_only('tenancy.workflow_entry');

-- What somebody said about a run.
CREATE TABLE tenancy.workflow_comment (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  run_id     uuid NOT NULL,
  author_id  text NOT NULL,
  text       text NOT NULL,
  mentions   uuid[],
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT workflow_comment_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT workflow_comment_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES tenancy.workflow_run (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX workflow_comment_tenant_id_run_id_idx ON tenancy.workflow_comment (tenant_id, run_id);
SELECT kernel.isolate_tenant_rows('tenancy.workflow_comment');
SELECT kernel.make_append_only('tenancy.workflow_comment');

-- What is done by itself when something happens.
CREATE TABLE tenancy.automation_rule (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  name       text NOT NULL,
  event      text NOT NULL,
  condition  text,
  actions    jsonb NOT NULL,
  is_enabled boolean NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT automation_rule_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX automation_rule_tenant_id_event_idx ON tenancy.automation_rule (tenant_id, event);
SELECT kernel.isolate_tenant_rows('tenancy.automation_rule');

-- That a rule was followed for an event: once.
CREATE TABLE tenancy.automation_run (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  rule_id   uuid NOT NULL,
  event_id  uuid NOT NULL,
  status    tenancy."AutomationRunStatus" NOT NULL,
  reason    text,
  ran_at    timestamptz(3) NOT NULL,
  CONSTRAINT automation_run_pkey PRIMARY KEY (tenant_id, rule_id, event_id),
  CONSTRAINT automation_run_tenant_id_rule_id_fkey FOREIGN KEY (tenant_id, rule_id) REFERENCES tenancy.automation_rule (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE
);
SELECT kernel.isolate_tenant_rows('tenancy.automation_run');
SELECT kernel.make_append_only('tenancy.automation_run');

-- Whom to tell what is meant for a role.
ALTER TABLE tenancy.tenant_member ADD COLUMN roles text[];
UPDATE tenancy.tenant_member SET roles = CASE WHEN is_owner THEN ARRAY['OWNER'] ELSE ARRAY[]::text[] END;
UPDATE tenancy.tenant_member kept SET roles = held.roles
  FROM identity.membership held
  WHERE held.tenant_id = kept.tenant_id AND held.user_id = kept.user_id AND held.status = 'ACTIVE';
