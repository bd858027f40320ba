-- Rules that companies make about who may do what, what of them is enforced, and what was decided.
CREATE TABLE identity.policy (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  document   jsonb NOT NULL,
  cedar      text NOT NULL,
  enabled    boolean NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT policy_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX policy_tenant_id_created_at_id_idx ON identity.policy (tenant_id, created_at, id);
SELECT kernel.isolate_tenant_rows('identity.policy');

CREATE TABLE kernel.policy_set (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  version    uuid NOT NULL,
  policies   jsonb NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT policy_set_pkey PRIMARY KEY (tenant_id)
);
SELECT kernel.isolate_tenant_rows('kernel.policy_set');

CREATE TABLE kernel.access_decision (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id            uuid NOT NULL,
  decided_at    timestamptz(3) NOT NULL,
  request_id    text NOT NULL,
  actor_id      text,
  actor_kind    text NOT NULL,
  action        text NOT NULL,
  resource_type text NOT NULL,
  resource_id   uuid,
  allowed       boolean NOT NULL,
  layer         text NOT NULL,
  policy_ids    uuid[] NOT NULL,
  reasons       text[] NOT NULL,
  errors        text[] NOT NULL,
  attributes    jsonb NOT NULL,
  CONSTRAINT access_decision_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX access_decision_tenant_id_decided_at_id_idx ON kernel.access_decision (tenant_id, decided_at, id);
CREATE INDEX access_decision_tenant_id_actor_id_decided_at_id_idx ON kernel.access_decision (tenant_id, actor_id, decided_at, id);
SELECT kernel.isolate_tenant_rows('kernel.access_decision');
SELECT kernel.make_append_only('kernel.access_decision');
