-- Programs act, too: with an API key, on behalf of a service account.
ALTER TABLE ops.audit_entry
  DROP CONSTRAINT audit_entry_actor_kind_is_known,
  ADD CONSTRAINT audit_entry_actor_kind_is_known
    CHECK (actor_kind IN ('anonymous', 'member', 'platform', 'service', 'system'));

ALTER TABLE ops.incident_change
  DROP CONSTRAINT incident_change_actor_kind_is_known,
  ADD CONSTRAINT incident_change_actor_kind_is_known
    CHECK (actor_kind IN ('member', 'platform', 'service', 'system'));
