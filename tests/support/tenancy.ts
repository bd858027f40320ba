import { z } from 'zod';
import { MAIL_PURPOSE } from '../../subgraphs/_kernel/mail/mail.js';
import type { RequestContext } from '../../subgraphs/_kernel/request/request-context.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../subgraphs/_kernel/wire/permissions.js';
import type { Principal } from '../../subgraphs/_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import type { IdentityEvents } from '../../subgraphs/identity/events.js';
import type { TenancyEvents } from '../../subgraphs/tenancy/events.js';
import type { TenancyServices } from '../../subgraphs/tenancy/services.js';
import { createTenancy, type TenancyConfig } from '../../subgraphs/tenancy/subgraph.js';
import { startHostedSubgraph, type HostedSubgraph } from './hosted-subgraph.js';
import { contextFor, createTestClock } from './runtime.js';
import { createTestFiles } from './files.js';

const sealedMailSchema = z.object({ to: z.string(), values: z.record(z.string(), z.unknown()) });

/** A mail as tenancy asked for it. */
export interface OwnerMail {
  readonly template: string;
  readonly to: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface TestTenancy extends HostedSubgraph<TenancyServices, TenancyEvents & IdentityEvents> {
  /** Somebody of platform staff who has just proved who she is. */
  staff(): Principal;
  /** A request of hers. */
  staffContext(principal?: Principal): RequestContext;
  /** A request of an owner who has just proved who she is. */
  ownerContext(tenant: TenantIdentity, userId?: string): RequestContext;
  /** A new company on STARTER, with one owner who is known to tenancy. */
  company(slug: string): Promise<TenantIdentity>;
  /** As the gateway would see it; null when it does not resolve. */
  lookUp(slug: string): Promise<TenantIdentity | null>;
  /** Mails that were asked for in a company, oldest first. */
  mails(tenant: TenantIdentity): Promise<readonly OwnerMail[]>;
  /** Events of a company by their type, oldest first. */
  events<Type extends keyof TenancyEvents>(
    tenant: TenantIdentity,
    type: Type,
  ): Promise<readonly TenancyEvents[Type][]>;
}

/** Address of the owner of a test company. */
export const ownerOf = (slug: string): string => `owner@${slug}.example`;

/**
 * Tenancy at work on a database of its own.
 * @param config where it should be set up otherwise than most tests need it
 */
export async function startTestTenancy(config: Partial<TenancyConfig> = {}): Promise<TestTenancy> {
  const clock = createTestClock();
  const hosted = await startHostedSubgraph<TenancyServices, TenancyEvents & IdentityEvents>(
    (runtime) => createTenancy(runtime, { issuer: 'http://spine.example', files: createTestFiles(), ...config }),
    clock,
  );
  const { tenants } = hosted.subgraph.services;
  const assurance = () => ({ level: 'aal1', at: Math.floor(clock.now().getTime() / 1_000) }) as const;

  const staff = (): Principal => ({
    kind: 'platform',
    adminId: uuidv7(),
    sessionId: uuidv7(),
    roles: ['ADMIN'],
    permissions: ['platform:tenants:read', 'platform:tenants:manage'],
    assurance: assurance(),
  });
  const staffContext = (principal: Principal = staff()): RequestContext => contextFor(PLATFORM_TENANT, principal, clock);

  const payloads = async (tenant: TenantIdentity, type: string): Promise<readonly unknown[]> => {
    await hosted.settle(tenant);
    const db = hosted.runtime.database.tenants.of({ tenant });
    const rows = await db.outboxEvent.findMany({ where: { type }, orderBy: { id: 'asc' } });
    return rows.map(({ payload }) => payload);
  };

  return {
    ...hosted,
    get host() {
      return hosted.host;
    },
    staff,
    staffContext,
    ownerContext: (tenant, userId = uuidv7()) =>
      contextFor(
        tenant,
        {
          kind: 'member',
          userId,
          membershipId: uuidv7(),
          sessionId: uuidv7(),
          roles: ['OWNER'],
          permissions: TENANT_PERMISSIONS,
          assurance: assurance(),
        },
        clock,
      ),
    async company(slug) {
      const company = { name: `The ${slug}`, slug, plan: 'STARTER', timeZone: 'America/Chicago', currency: 'USD' };
      await tenants.create(staffContext(), company);
      const tenant = await tenants.lookUp({ slug });
      if (!tenant) throw new Error(`No company ${slug}`);
      await hosted.tell(
        'identity.membership_granted',
        { membershipId: uuidv7(), userId: uuidv7(), email: ownerOf(slug), displayName: 'Olga', roles: ['OWNER'] },
        { tenant },
      );
      await hosted.settle(tenant);
      return tenant;
    },
    lookUp: (slug) => tenants.lookUp({ slug }),
    async mails(tenant) {
      const asked = (await payloads(tenant, 'tenancy.mail_requested')) as readonly TenancyEvents['tenancy.mail_requested'][];
      return asked.map(({ template, sealed }) => ({
        template,
        ...sealedMailSchema.parse(JSON.parse(hosted.runtime.secretBox.open(sealed, MAIL_PURPOSE))),
      }));
    },
    events: async (tenant, type) => (await payloads(tenant, type)) as never,
  };
}
