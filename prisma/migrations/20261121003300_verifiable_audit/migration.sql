-- The audit trail as a transparency log: a Merkle tree per tenant whose heads are signed.

CREATE TABLE ops.audit_signing_key (
  id                 uuid NOT NULL,
  public_key         bytea NOT NULL,
  sealed_private_key text NOT NULL,
  created_at         timestamptz(3) NOT NULL,
  CONSTRAINT audit_signing_key_pkey PRIMARY KEY (id),
  CONSTRAINT audit_signing_key_is_ed25519 CHECK (octet_length(public_key) = 32)
);
REVOKE ALL ON ops.audit_signing_key FROM spine_app;
SELECT kernel.make_append_only('ops.audit_signing_key');

-- Entries that are not in the tree yet.
CREATE TABLE ops.audit_queue (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id        uuid NOT NULL,
  queued_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT audit_queue_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT audit_queue_tenant_id_id_fkey FOREIGN KEY (tenant_id, id)
    REFERENCES ops.audit_entry (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE
);
SELECT kernel.isolate_tenant_rows('ops.audit_queue');

-- By the table itself, so that no way of adding an entry goes past the tree.
CREATE FUNCTION ops.queue_audit_entry() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO ops.audit_queue (tenant_id, id) VALUES (NEW.tenant_id, NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER queue_for_the_tree AFTER INSERT ON ops.audit_entry
  FOR EACH ROW EXECUTE FUNCTION ops.queue_audit_entry();

-- Which entry is which leaf. The address and browser of the client are in the leaf as a salted hash only, so that
-- they can be forgotten without breaking the tree.
CREATE TABLE ops.audit_leaf (
  tenant_id         uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id                uuid NOT NULL,
  leaf_index        bigint NOT NULL,
  client_salt       bytea NOT NULL,
  client_commitment bytea NOT NULL,
  CONSTRAINT audit_leaf_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT audit_leaf_leaf_index_is_natural CHECK (leaf_index >= 0),
  CONSTRAINT audit_leaf_client_salt_is_long CHECK (octet_length(client_salt) = 16),
  CONSTRAINT audit_leaf_client_commitment_is_a_hash CHECK (octet_length(client_commitment) = 32)
);
CREATE UNIQUE INDEX audit_leaf_tenant_id_leaf_index_key ON ops.audit_leaf (tenant_id, leaf_index);
SELECT kernel.isolate_tenant_rows('ops.audit_leaf');
SELECT kernel.make_append_only('ops.audit_leaf');

-- Hashes of complete subtrees: level 0 holds the leaves, node i of level l covers the leaves from i·2^l on.
CREATE TABLE ops.audit_node (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  level     smallint NOT NULL,
  position  bigint NOT NULL,
  hash      bytea NOT NULL,
  CONSTRAINT audit_node_pkey PRIMARY KEY (tenant_id, level, position),
  CONSTRAINT audit_node_place_exists CHECK (level BETWEEN 0 AND 62 AND position >= 0),
  CONSTRAINT audit_node_hash_is_a_hash CHECK (octet_length(hash) = 32)
);
SELECT kernel.isolate_tenant_rows('ops.audit_node');
SELECT kernel.make_append_only('ops.audit_node');

-- Heads of the tree, each signed.
CREATE TABLE ops.audit_checkpoint (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  size      bigint NOT NULL,
  root      bytea NOT NULL,
  note      text NOT NULL,
  signed_at timestamptz(3) NOT NULL,
  CONSTRAINT audit_checkpoint_pkey PRIMARY KEY (tenant_id, size),
  CONSTRAINT audit_checkpoint_size_is_positive CHECK (size > 0),
  CONSTRAINT audit_checkpoint_root_is_a_hash CHECK (octet_length(root) = 32)
);
SELECT kernel.isolate_tenant_rows('ops.audit_checkpoint');
SELECT kernel.make_append_only('ops.audit_checkpoint');

-- Other operators' logs whose heads are co-signed here, and the last head of each.
CREATE TABLE ops.witnessed_log (
  origin       text NOT NULL,
  verifier_key text NOT NULL,
  size         bigint NOT NULL DEFAULT 0,
  root         bytea,
  updated_at   timestamptz(3) NOT NULL,
  CONSTRAINT witnessed_log_pkey PRIMARY KEY (origin),
  CONSTRAINT witnessed_log_has_a_root_once_seen CHECK ((size = 0) = (root IS NULL))
);
REVOKE ALL ON ops.witnessed_log FROM spine_app;

-- What was there before the tree goes into it first.
INSERT INTO ops.audit_queue (tenant_id, id, queued_at) SELECT tenant_id, id, recorded_at FROM ops.audit_entry;
