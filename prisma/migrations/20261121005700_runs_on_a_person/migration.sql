-- What is known of a person moves her workflows on in every company.
CREATE INDEX workflow_run_entity_type_entity_id_idx ON tenancy.workflow_run (entity_type, entity_id);
