-- From how many on a tenant, or the platform, wants to hear of something, where that is not what is shipped.
CREATE TABLE ops.alert_threshold (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  metric     text NOT NULL,
  value      double precision NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  CONSTRAINT alert_threshold_pkey PRIMARY KEY (tenant_id, metric),
  CONSTRAINT alert_threshold_is_positive CHECK (value > 0)
);
SELECT kernel.isolate_tenant_rows('ops.alert_threshold');

-- How each component of the platform was, one row for as long as that stayed so. Belongs to no tenant.
CREATE TABLE ops.component_state (
  component text NOT NULL,
  since     timestamptz(3) NOT NULL,
  ok        boolean NOT NULL,
  detail    text,
  seen_at   timestamptz(3) NOT NULL,
  CONSTRAINT component_state_pkey PRIMARY KEY (component, since),
  CONSTRAINT component_state_lasts CHECK (seen_at >= since)
);
CREATE INDEX component_state_seen_at_idx ON ops.component_state (seen_at);
REVOKE ALL ON ops.component_state FROM spine_app;
