-- Platform staff read and count the signals of all tenants in order of time, as they do audit entries and incidents.
CREATE INDEX auth_ops_logs_occurred_at_id_idx ON ops.auth_ops_logs (occurred_at, id);
