-- When a member was last at work, to within a few seconds.
ALTER TABLE identity.membership ADD COLUMN last_active_at timestamptz(3);
