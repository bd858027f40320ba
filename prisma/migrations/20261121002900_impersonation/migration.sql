-- When staff of the platform acted in somebody's name, and why.
CREATE TABLE identity.impersonation (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  session_id uuid NOT NULL,
  admin_id   uuid NOT NULL,
  user_id    uuid NOT NULL,
  reason     text NOT NULL,
  started_at timestamptz(3) NOT NULL,
  ends_at    timestamptz(3) NOT NULL,
  CONSTRAINT impersonation_pkey PRIMARY KEY (tenant_id, session_id),
  CONSTRAINT impersonation_tenant_id_session_id_fkey FOREIGN KEY (tenant_id, session_id)
    REFERENCES identity.session (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
SELECT kernel.isolate_tenant_rows('identity.impersonation');
