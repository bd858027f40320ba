-- Addresses that were a person's before: what was sent there is hers, too, when she asks for it or has it erased.
ALTER TABLE identity."user" ADD COLUMN former_emails text[] NOT NULL DEFAULT '{}';
