-- Who signs in at the company: a client's record may be of no other user.
CREATE TABLE booking.member (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  user_id   uuid NOT NULL,
  CONSTRAINT member_pkey PRIMARY KEY (tenant_id, user_id)
);
SELECT kernel.isolate_tenant_rows('booking.member');

-- Whoever became a member before is not told of once more.
INSERT INTO booking.member (tenant_id, user_id) SELECT tenant_id, user_id FROM identity.membership;
