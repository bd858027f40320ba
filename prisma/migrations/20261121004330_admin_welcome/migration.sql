-- The link by which a new administrator chooses her password: SHA-256 of what stands in it, in hexadecimal.
ALTER TABLE identity.admin_user ADD COLUMN welcome_hash text, ADD COLUMN welcome_until timestamptz(3);
CREATE UNIQUE INDEX admin_user_welcome_hash_key ON identity.admin_user (welcome_hash);
