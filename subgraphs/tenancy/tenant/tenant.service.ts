import { validate } from '../../_kernel/validation/validate.js';
import { ConflictError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { Plan, TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { TenantLookup } from '../../_kernel/wire/tenant-lookup.js';
import type { TenancyEvents } from '../events.js';
import { identityOf, newTenantSchema, trialEndOf } from './tenant.js';
import {
  findTenantBySlug,
  findTenantsByIds,
  findTenantsPage,
  insertTenant,
  TENANT_SORT,
  type TenantRow,
} from './tenant.store.js';

export interface NewTenant {
  readonly name: string;
  readonly slug: string;
  readonly plan: Plan;
  readonly timeZone: string;
  readonly currency: string;
  readonly website?: string | null | undefined;
  readonly description?: string | null | undefined;
}

export interface TenantService {
  /** For the gateway: which tenant a slug or id belongs to. */
  lookUp(lookup: TenantLookup): Promise<TenantIdentity | null>;
  /** The tenant of the request, and for platform staff any; null for one that cannot be seen. */
  find(context: RequestContext, id: string): Promise<TenantRow | null>;
  /** @throws {ForbiddenError} without `platform:tenants:read` */
  list(context: RequestContext, args: PageArgs): Promise<Connection<TenantRow>>;
  /**
   * @throws {ForbiddenError} without `platform:tenants:manage`
   * @throws {ValidationError}
   * @throws {ConflictError} when the subdomain is taken
   */
  create(context: RequestContext, input: NewTenant): Promise<TenantRow>;
}

export function createTenantService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<TenancyEvents>;
}): TenantService {
  const { tenants, platform, outbox } = parts;

  const byId: LoaderDefinition<string, TenantRow | null> = {
    name: 'tenantById',
    batch: async (context, ids) => {
      const above = context.principal.kind === 'platform' || context.principal.kind === 'system';
      const db = above ? platform.db : tenants.of(context);
      return inKeyOrder(ids, await findTenantsByIds(db, ids), (row) => row.id);
    },
  };

  return {
    async lookUp(lookup) {
      // A host outside the base domain is a custom domain; none can be registered yet.
      if ('host' in lookup) return null;
      const row =
        'slug' in lookup
          ? await findTenantBySlug(platform.db, lookup.slug)
          : (await findTenantsByIds(platform.db, [lookup.id]))[0];
      return row ? identityOf(row) : null;
    },
    find: (context, id) => context.loaders.of(context, byId).load(id),
    async list(context, args) {
      requirePermission(context, 'platform:tenants:read');
      const page = pageOf(args, TENANT_SORT);
      return connectionOf(page, await findTenantsPage(platform.db, page), (row) => [row.createdAt, row.id]);
    },
    async create(context, input) {
      requirePermission(context, 'platform:tenants:manage');
      const { website, description, ...required } = validate(newTenantSchema, input);
      const now = context.clock.now();
      return platform.transaction(async (db) => {
        const tenant = await insertTenant(db, {
          ...required,
          id: uuidv7(),
          website: website ?? null,
          description: description ?? null,
          trialEndsAt: trialEndOf(required.plan, now),
          createdAt: now,
        });
        if (!tenant) throw new ConflictError(`The subdomain ${required.slug} is taken`);
        const identity = identityOf(tenant);
        await outbox.emit(db, { ...context, tenant: identity }, 'tenancy.tenant_created', { tenant: identity });
        return tenant;
      });
    },
  };
}
