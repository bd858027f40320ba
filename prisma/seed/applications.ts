import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import type { RequestContext } from '../../subgraphs/_kernel/request/request-context.js';
import { TENANT_PERMISSIONS, type TenantPermission } from '../../subgraphs/_kernel/wire/permissions.js';
import type { SeedParts } from './seed-parts.js';

interface DemoApplication {
  readonly name: string;
  /** The most that it may do, in whosever name. */
  readonly permissions: readonly TenantPermission[];
}

/** A company's own programs, one for each kind of people. What somebody may not do, no program may do for her. */
export const DEMO_APPLICATIONS: readonly DemoApplication[] = [
  { name: 'Admin app', permissions: TENANT_PERMISSIONS },
  { name: 'Partner app', permissions: ['appointments:read', 'reports:read'] },
  { name: 'Provider app', permissions: ['appointments:create', 'appointments:read', 'appointments:update', 'patients:read', 'patients:update', 'files:read', 'files:create'] },
  { name: 'User app', permissions: ['appointments:create'] },
  { name: 'Vendor app', permissions: ['billing:read'] },
];

/** A program on somebody's own machine, which needs no secret that the seed would have to tell. */
const REDIRECT_URI = 'http://127.0.0.1/signed-in';

/** Registers the programs in the owner's name; those that are there stay as they are. */
export async function addApplications({ runtime, subgraphs }: SeedParts, context: RequestContext): Promise<void> {
  const { oidcClients } = subgraphs.identity.services;
  const owner = await runtime.database.tenants.of(context).membership.findFirst({ where: { roles: { has: 'OWNER' } } });
  if (!owner) throw new Error(`${context.tenant.name} has no owner to register its programs`);
  const asOwner: RequestContext = {
    ...context,
    principal: {
      kind: 'member',
      userId: owner.userId,
      membershipId: owner.id,
      sessionId: uuidv7(),
      roles: owner.roles,
      permissions: TENANT_PERMISSIONS,
      assurance: { level: 'aal2', at: Math.floor(context.clock.now().getTime() / 1_000) },
    },
  };
  const known = new Set((await oidcClients.list(asOwner)).map(({ name }) => name));
  for (const { name, permissions } of DEMO_APPLICATIONS) {
    if (known.has(name)) continue;
    await oidcClients.create(asOwner, { name, kind: 'PUBLIC', firstParty: true, redirectUris: [REDIRECT_URI], permissions });
  }
}
