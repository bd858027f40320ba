-- How much of what its plan limits a company has used: people and clients as they stand, appointments by month.
CREATE TABLE kernel.usage_counter (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  resource  text NOT NULL,
  period    text NOT NULL,
  used      bigint NOT NULL,
  CONSTRAINT usage_counter_pkey PRIMARY KEY (tenant_id, resource, period),
  CONSTRAINT usage_counter_used_is_a_count CHECK (used >= 0)
);
SELECT kernel.isolate_tenant_rows('kernel.usage_counter');

-- What is measured but not limited, by day.
CREATE TABLE tenancy.usage_bucket (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  metric    text NOT NULL,
  day       date NOT NULL,
  amount    bigint NOT NULL,
  details   jsonb,
  CONSTRAINT usage_bucket_pkey PRIMARY KEY (tenant_id, metric, day)
);
SELECT kernel.isolate_tenant_rows('tenancy.usage_bucket');

-- Who signed in, in each month.
CREATE TABLE tenancy.active_user (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  month     text NOT NULL,
  user_id   uuid NOT NULL,
  CONSTRAINT active_user_pkey PRIMARY KEY (tenant_id, month, user_id)
);
SELECT kernel.isolate_tenant_rows('tenancy.active_user');

-- What there is already counts. The platform's role sees it whoever owns the tables.
SET LOCAL ROLE spine_platform;
INSERT INTO kernel.usage_counter (tenant_id, resource, period, used)
SELECT tenant_id, 'USERS', 'ALL', count(*) FROM identity.membership WHERE NOT roles <@ ARRAY['USER'] GROUP BY tenant_id;
INSERT INTO kernel.usage_counter (tenant_id, resource, period, used)
SELECT tenant_id, 'PATIENTS', 'ALL', count(*) FROM booking.client GROUP BY tenant_id;
INSERT INTO kernel.usage_counter (tenant_id, resource, period, used)
SELECT tenant.id, 'APPOINTMENTS', to_char(booking.created_at AT TIME ZONE tenant.time_zone, 'YYYY-MM'), count(*)
FROM booking.booking JOIN tenancy.tenant ON tenant.id = booking.tenant_id
GROUP BY 1, 3;
RESET ROLE;
