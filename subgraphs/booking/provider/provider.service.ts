import { ConflictError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { validate } from '../../_kernel/validation/validate.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { BookingEvents } from '../events.js';
import type { ServiceLoader } from '../catalogue/catalogue.loader.js';
import { newProviderSchema, prefixQuery, type ProviderStatus, type ProviderType } from './provider.js';
import type { ProviderLoader } from './provider.loader.js';
import {
  findMatchingProviderIds,
  findProvidersPage,
  insertProvider,
  lockProvider,
  PROVIDER_SORT,
  setProviderUser,
  type ProviderRow,
} from './provider.store.js';

export interface NewProvider {
  readonly name: string;
  readonly type: ProviderType;
  readonly bio?: string | null | undefined;
  /** IANA zone; the tenant's when left out. */
  readonly timeZone?: string | null | undefined;
  /** ACTIVE when left out. */
  readonly status?: ProviderStatus | null | undefined;
  /** She cannot be booked before she is approved; no approval is asked for when left out. */
  readonly awaitsApproval?: boolean | null | undefined;
}

export interface ProviderSearch extends PageArgs {
  readonly search?: string | null | undefined;
  readonly serviceId?: string | undefined;
}

export interface ProviderService {
  find(context: RequestContext, id: string): Promise<ProviderRow | null>;
  /** One that a row of ours refers to. @throws {NotFoundError} */
  get(context: RequestContext, id: string): Promise<ProviderRow>;
  /**
   * Active providers by name. Words are matched by their beginnings, and by likeness when nothing begins so.
   * @returns null for an unknown service
   */
  list(context: RequestContext, search: ProviderSearch): Promise<Connection<ProviderRow> | null>;
  /**
   * @throws {ForbiddenError} without `settings:update`
   * @throws {ValidationError}
   */
  create(context: RequestContext, input: NewProvider): Promise<ProviderRow>;
  /**
   * Says which of the people who sign in she is, so that she sees what is hers; null for none.
   * @throws {ForbiddenError} without `users:manage`
   * @throws {NotFoundError}
   * @throws {ConflictError} when that person is another provider
   */
  link(context: RequestContext, id: string, userId: string | null): Promise<ProviderRow>;
}

export function createProviderService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly loader: ProviderLoader;
  readonly serviceLoader: ServiceLoader;
}): ProviderService {
  const { tenants, outbox, loader, serviceLoader } = parts;
  const find = (context: RequestContext, id: string): Promise<ProviderRow | null> =>
    context.loaders.of(context, loader).load(id);

  return {
    find,
    async get(context, id) {
      const provider = await find(context, id);
      if (!provider) throw new NotFoundError('Provider');
      return provider;
    },
    async list(context, { search, serviceId, ...args }) {
      const page = pageOf(args, PROVIDER_SORT);
      if (serviceId !== undefined && !(await context.loaders.of(context, serviceLoader).load(serviceId))) return null;
      const db = tenants.of(context);
      const prefixes = search == null ? null : prefixQuery(search);
      const ids = search == null || prefixes === null ? undefined : await findMatchingProviderIds(db, prefixes, search);
      const rows = await findProvidersPage(db, { ids, serviceId }, page);
      return connectionOf(page, rows, (row) => [row.name, row.id]);
    },
    async create(context, input) {
      requirePermission(context, 'settings:update');
      const { name, type, bio, timeZone, status, awaitsApproval } = validate(newProviderSchema, input);
      return insertProvider(tenants.of(context), {
        id: uuidv7(),
        name,
        type,
        bio: bio ?? null,
        timeZone: timeZone ?? null,
        status: status ?? 'ACTIVE',
        bookable: awaitsApproval !== true,
        createdAt: context.clock.now(),
      });
    },
    async link(context, providerId, userId) {
      requirePermission(context, 'users:manage');
      await tenants.transaction(context, async (db) => {
        if (!(await lockProvider(db, providerId))) throw new NotFoundError('Provider');
        if (!(await setProviderUser(db, providerId, userId))) throw new ConflictError('This person is another provider');
        await outbox.emit(db, context, 'booking.provider_linked', { providerId, userId });
      });
      context.loaders.clear();
      const provider = await find(context, providerId);
      if (!provider) throw new NotFoundError('Provider');
      return provider;
    },
  };
}
