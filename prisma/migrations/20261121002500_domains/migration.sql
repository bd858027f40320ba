CREATE TYPE tenancy."DomainKind" AS ENUM ('AUTH', 'APP', 'PARTNER');
CREATE TYPE tenancy."DomainStatus" AS ENUM ('PENDING', 'VERIFIED', 'DANGLING');
CREATE TYPE tenancy."DomainProblem" AS ENUM
  ('TXT_MISSING', 'TXT_WRONG', 'CNAME_MISSING', 'CNAME_WRONG', 'NO_ANSWER', 'HELD_BY_ANOTHER');

-- An address of a company's own. Several may say that a host is theirs; one of them has proved it.
CREATE TABLE tenancy.tenant_domain (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id            uuid NOT NULL,
  host          text NOT NULL,
  kind          tenancy."DomainKind" NOT NULL,
  status        tenancy."DomainStatus" NOT NULL DEFAULT 'PENDING',
  problem       tenancy."DomainProblem",
  token         text NOT NULL,
  misses        integer NOT NULL DEFAULT 0,
  created_at    timestamptz(3) NOT NULL,
  verified_at   timestamptz(3),
  confirmed_at  timestamptz(3),
  checked_at    timestamptz(3),
  next_check_at timestamptz(3),
  CONSTRAINT tenant_domain_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT tenant_domain_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenant (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT tenant_domain_host_is_lower_case_ascii CHECK (host ~ '^[a-z0-9.-]{4,246}$'),
  CONSTRAINT tenant_domain_verified_was_confirmed CHECK (status = 'PENDING' OR (verified_at IS NOT NULL AND confirmed_at IS NOT NULL))
);
CREATE UNIQUE INDEX tenant_domain_tenant_id_host_key ON tenancy.tenant_domain (tenant_id, host);
CREATE UNIQUE INDEX tenant_domain_one_holder_per_host ON tenancy.tenant_domain (host) WHERE status = 'VERIFIED';
CREATE INDEX tenant_domain_host_idx ON tenancy.tenant_domain (host);
CREATE INDEX tenant_domain_next_check_at_idx ON tenancy.tenant_domain (next_check_at);
SELECT kernel.isolate_tenant_rows('tenancy.tenant_domain');
-- What has been proved is the platform's to say.
REVOKE UPDATE ON tenancy.tenant_domain FROM spine_app;
