-- What was given up can be asked for again, for as long as the mail is kept that it says.
ALTER TABLE ops.mail DROP CONSTRAINT mail_is_forgotten_when_done;
ALTER TABLE ops.mail ADD CONSTRAINT mail_is_kept_while_pending CHECK (status <> 'PENDING' OR sealed IS NOT NULL);
-- The links in it are of use to nobody once it has been sent.
ALTER TABLE ops.mail ADD CONSTRAINT mail_is_forgotten_when_sent CHECK (status <> 'SENT' OR sealed IS NULL);

-- Platform staff looks over all companies, newest first.
CREATE INDEX mail_created_at_id_idx ON ops.mail (created_at, id);
CREATE INDEX notification_log_created_at_id_idx ON ops.notification_log (created_at, id);
CREATE INDEX webhook_delivery_created_at_id_idx ON ops.webhook_delivery (created_at, id);
CREATE INDEX webhook_delivery_tenant_id_created_at_id_idx ON ops.webhook_delivery (tenant_id, created_at, id);
