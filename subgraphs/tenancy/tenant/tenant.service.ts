import { z } from 'zod';
import { ConflictError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { inKeyOrder, type LoaderDefinition } from '../../_kernel/request/loaders.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { textSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import { INVITED_PERSON_PURPOSE, type InvitedPerson } from '../../_kernel/wire/invited-person.js';
import type { TenantLookup } from '../../_kernel/wire/tenant-lookup.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { findTenantOfHost } from '../domain/domain.store.js';
import type { TenancyEvents } from '../events.js';
import { identityOf, newTenantSchema, tenantChangesSchema, trialEndOf } from './tenant.js';
import {
  changeTenant,
  countTenants,
  findTenantBySlug,
  findTenantsByIds,
  findTenantsEvenDeleted,
  findTenantsPage,
  insertTenant,
  TENANT_SORT,
  type TenantFilter,
  type TenantRow,
} from './tenant.store.js';

export interface NewTenant {
  readonly name: string;
  readonly slug: string;
  readonly plan: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly website?: string | null | undefined;
  readonly description?: string | null | undefined;
  /** Who is invited as its owner. */
  readonly owner?: { readonly email: string; readonly displayName?: string | null | undefined } | null | undefined;
}

export interface TenantPage extends Connection<TenantRow> {
  /** How many there are on all pages. */
  readonly total: () => Promise<number>;
}

export interface TenantService {
  /** For the gateway: which tenant a slug or id belongs to. */
  lookUp(lookup: TenantLookup): Promise<TenantIdentity | null>;
  /** The tenant of the request, and for platform staff any, deleted ones too; null for one that cannot be seen. */
  find(context: RequestContext, id: string): Promise<TenantRow | null>;
  /** By its subdomain. @throws {ForbiddenError} without `platform:tenants:read` */
  findBySlug(context: RequestContext, slug: string): Promise<TenantRow | null>;
  /** @throws {ForbiddenError} without `platform:tenants:read` */
  list(context: RequestContext, args: PageArgs, filter?: TenantFilter): Promise<TenantPage>;
  /**
   * @throws {ForbiddenError} without `platform:tenants:manage`
   * @throws {ValidationError}
   * @throws {ConflictError} when the subdomain is taken
   */
  create(context: RequestContext, input: NewTenant): Promise<TenantRow>;
  /**
   * Changes what is named of any company.
   * @throws {ForbiddenError} without `platform:tenants:manage` @throws {ValidationError}
   * @throws {NotFoundError} alike for one that is unknown and one that is deleted
   */
  update(context: RequestContext, id: string, changes: unknown): Promise<TenantRow>;
}

const filterSchema = z.object({ search: textSchema(120).optional() });

export function createTenantService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<TenancyEvents>;
  readonly secretBox: SecretBox;
}): TenantService {
  const { tenants, platform, outbox, secretBox } = parts;

  const rowsFor = ({ principal, tenant }: RequestContext, ids: readonly string[]): Promise<TenantRow[]> => {
    if (principal.kind === 'platform') return findTenantsEvenDeleted(platform.db, ids);
    return findTenantsByIds(principal.kind === 'system' ? platform.db : tenants.of({ tenant }), ids);
  };

  const byId: LoaderDefinition<string, TenantRow | null> = {
    name: 'tenantById',
    batch: async (context, ids) => inKeyOrder(ids, await rowsFor(context, ids), (row) => row.id),
  };

  const rowOf = async (lookup: TenantLookup): Promise<TenantRow | null> => {
    if ('host' in lookup) return findTenantOfHost(platform.db, lookup.host);
    if ('slug' in lookup) return findTenantBySlug(platform.db, lookup.slug);
    return (await findTenantsByIds(platform.db, [lookup.id]))[0] ?? null;
  };

  const sealed = ({ email, displayName }: NonNullable<NewTenant['owner']>): string => {
    const person: InvitedPerson = { email, displayName: displayName ?? null };
    return secretBox.seal(JSON.stringify(person), INVITED_PERSON_PURPOSE);
  };

  return {
    async lookUp(lookup) {
      const row = await rowOf(lookup);
      return row ? identityOf(row) : null;
    },

    find: (context, id) => context.loaders.of(context, byId).load(id),

    async findBySlug(context, slug) {
      requirePermission(context, 'platform:tenants:read');
      return findTenantBySlug(platform.db, slug);
    },

    async list(context, args, filter = {}) {
      requirePermission(context, 'platform:tenants:read');
      const wanted = { ...filter, ...validate(filterSchema, { search: filter.search }) };
      const page = pageOf(args, TENANT_SORT);
      const rows = await findTenantsPage(platform.db, page, wanted);
      return {
        ...connectionOf(page, rows, (row) => [row.createdAt, row.id]),
        total: () => countTenants(platform.db, wanted),
      };
    },

    async create(context, input) {
      requirePermission(context, 'platform:tenants:manage');
      const { website, description, owner, ...required } = validate(newTenantSchema, input);
      const now = context.clock.now();
      return platform.transaction(async (db) => {
        const tenant = await insertTenant(db, {
          ...required,
          id: uuidv7(),
          website: website ?? null,
          description: description ?? null,
          trialEndsAt: trialEndOf(required.plan, now),
          createdAt: now,
          // An owner is invited by identity, which says when that is done.
          provisionedAt: owner ? null : now,
        });
        if (!tenant) throw new ConflictError(`The subdomain ${required.slug} is taken`);
        const identity = identityOf(tenant);
        await outbox.emit(db, { ...context, tenant: identity }, 'tenancy.tenant_created', {
          tenant: identity,
          ...(owner ? { sealedOwner: sealed(owner) } : {}),
        });
        return tenant;
      });
    },

    async update(context, id, input) {
      requirePermission(context, 'platform:tenants:manage');
      const changes = Object.fromEntries(
        Object.entries(validate(tenantChangesSchema, input)).filter(([, value]) => value !== undefined),
      );
      const changed = await platform.transaction(async (db) => {
        const tenant = await changeTenant(db, id, changes);
        if (!tenant) throw new NotFoundError('Tenant');
        const identity = identityOf(tenant);
        await outbox.emit(db, { ...context, tenant: identity }, 'tenancy.tenant_changed', {
          tenant: identity,
          fields: Object.keys(changes),
        });
        return tenant;
      });
      context.loaders.clear();
      return changed;
    },
  };
}
