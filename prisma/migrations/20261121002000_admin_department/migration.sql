-- Where in the house a member of platform staff works.
ALTER TABLE identity.admin_user ADD COLUMN department text;
