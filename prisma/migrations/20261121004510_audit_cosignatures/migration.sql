-- What witnesses have put under signed heads of audit logs.
CREATE TABLE ops.audit_cosignature (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  size        bigint NOT NULL,
  witness     text NOT NULL,
  line        text NOT NULL,
  received_at timestamptz(3) NOT NULL,
  CONSTRAINT audit_cosignature_pkey PRIMARY KEY (tenant_id, size, witness),
  CONSTRAINT audit_cosignature_tenant_id_size_fkey FOREIGN KEY (tenant_id, size)
    REFERENCES ops.audit_checkpoint (tenant_id, size) ON DELETE RESTRICT ON UPDATE CASCADE
);
-- How far a witness has come with a log.
CREATE INDEX audit_cosignature_tenant_id_witness_size_idx ON ops.audit_cosignature (tenant_id, witness, size);
SELECT kernel.isolate_tenant_rows('ops.audit_cosignature');
SELECT kernel.make_append_only('ops.audit_cosignature');
