ALTER TABLE ops.webhook ADD COLUMN from_integration BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE ops.alert_channel ADD COLUMN from_integration BOOLEAN NOT NULL DEFAULT false;
