import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { lockProvider } from '../provider/provider.store.js';
import {
  kindSchema,
  newLocationSchema,
  newResourceSchema,
  providerQualificationsSchema,
  requirementsSchema,
  resourceChangeSchema,
} from './resource.js';
import type { ResourceLoaders } from './resource.loader.js';
import {
  findLocationsPage,
  findResourcesPage,
  insertLocation,
  insertResource,
  isLocation,
  lockService,
  NAME_SORT,
  replaceQualifications,
  replaceRequirements,
  updateResource,
  type LocationRow,
  type ProviderQualificationRow,
  type Requirements,
  type ResourceRow,
} from './resource.store.js';

export interface NewResource {
  readonly name: string;
  readonly kind: string;
  /** How much of it can be in use at one moment. */
  readonly capacity: number;
  readonly locationId?: string | null | undefined;
}

export interface ResourceChange {
  readonly name?: string | null | undefined;
  readonly capacity?: number | null | undefined;
  readonly active?: boolean | null | undefined;
}

export interface NewQualification {
  readonly name: string;
  /** The last day on which it counts, `YYYY-MM-DD`; it always does when left out. */
  readonly validUntil?: string | null | undefined;
}

/** Whatever is set here bears on what is offered from then on; what is booked stays booked. */
export interface ResourceService {
  findLocation(context: RequestContext, id: string): Promise<LocationRow | null>;
  listLocations(context: RequestContext, args: PageArgs): Promise<Connection<LocationRow>>;
  /** @throws {ForbiddenError} without `appointments:read` or `settings:read` */
  list(context: RequestContext, args: PageArgs & { readonly kind?: string | null | undefined }): Promise<Connection<ResourceRow>>;
  /** One that is known to be seen. */
  find(context: RequestContext, id: string): Promise<ResourceRow | null>;
  requirementsOf(context: RequestContext, serviceId: string): Promise<Requirements>;
  qualificationsOf(context: RequestContext, providerId: string): Promise<readonly ProviderQualificationRow[]>;
  /** What a booking's session uses. */
  usedBy(context: RequestContext, sessionId: string): Promise<readonly ResourceRow[]>;
  /** @throws {ForbiddenError} without `settings:update`; @throws {ValidationError} */
  createLocation(context: RequestContext, input: { readonly name: string; readonly address?: string | null | undefined }): Promise<LocationRow>;
  /** @throws {ForbiddenError} without `settings:update`; @throws {NotFoundError} location; @throws {ValidationError} */
  create(context: RequestContext, input: NewResource): Promise<ResourceRow>;
  /** @throws {ForbiddenError} without `settings:update`; @throws {NotFoundError}; @throws {ValidationError} */
  change(context: RequestContext, id: string, input: ResourceChange): Promise<ResourceRow>;
  /** @throws {ForbiddenError} without `settings:update`; @throws {NotFoundError} service; @throws {ValidationError} */
  require(context: RequestContext, serviceId: string, needs: Requirements): Promise<void>;
  /** @throws {ForbiddenError} without `settings:update`; @throws {NotFoundError} provider; @throws {ValidationError} */
  qualify(context: RequestContext, providerId: string, qualifications: readonly NewQualification[]): Promise<void>;
}

export function createResourceService(parts: {
  readonly tenants: TenantDatabase;
  readonly loaders: ResourceLoaders;
}): ResourceService {
  const { tenants, loaders } = parts;
  return {
    findLocation: (context, id) => context.loaders.of(context, loaders.locationById).load(id),
    async listLocations(context, args) {
      const page = pageOf(args, NAME_SORT);
      return connectionOf(page, await findLocationsPage(tenants.of(context), page), (row) => [row.name, row.id]);
    },
    async list(context, { kind, ...args }) {
      requirePermission(context, 'appointments:read', 'settings:read');
      const page = pageOf(args, NAME_SORT);
      const wanted = kind == null ? undefined : validate(kindSchema, kind);
      const rows = await findResourcesPage(tenants.of(context), wanted, page);
      return connectionOf(page, rows, (row) => [row.name, row.id]);
    },
    find: (context, id) => context.loaders.of(context, loaders.resourceById).load(id),
    requirementsOf: (context, serviceId) => context.loaders.of(context, loaders.requirementsOf).load(serviceId),
    qualificationsOf: (context, providerId) => context.loaders.of(context, loaders.qualificationsOf).load(providerId),
    usedBy: (context, sessionId) => context.loaders.of(context, loaders.usedBy).load(sessionId),
    async createLocation(context, input) {
      requirePermission(context, 'settings:update');
      const { name, address = null } = validate(newLocationSchema, input);
      return insertLocation(tenants.of(context), { id: uuidv7(), name, address, createdAt: context.clock.now() });
    },
    async create(context, input) {
      requirePermission(context, 'settings:update');
      const { locationId = null, ...resource } = validate(newResourceSchema, input);
      return tenants.transaction(context, async (db) => {
        if (locationId !== null && !(await isLocation(db, locationId))) throw new NotFoundError('Location');
        return insertResource(db, { ...resource, id: uuidv7(), locationId, createdAt: context.clock.now() });
      });
    },
    async change(context, id, input) {
      requirePermission(context, 'settings:update');
      const { name, capacity, active } = validate(resourceChangeSchema, input);
      const changed = await updateResource(tenants.of(context), id, {
        ...(name == null ? {} : { name }),
        ...(capacity == null ? {} : { capacity }),
        ...(active == null ? {} : { active }),
      });
      context.loaders.clear();
      if (!changed) throw new NotFoundError('Resource');
      return changed;
    },
    async require(context, serviceId, given) {
      requirePermission(context, 'settings:update');
      const needs = validate(requirementsSchema, given);
      await tenants.transaction(context, async (db) => {
        if (!(await lockService(db, serviceId))) throw new NotFoundError('Service');
        await replaceRequirements(db, serviceId, { ...needs, qualifications: [...new Set(needs.qualifications)] });
      });
      context.loaders.clear();
    },
    async qualify(context, providerId, given) {
      requirePermission(context, 'settings:update');
      const { qualifications } = validate(providerQualificationsSchema, { qualifications: given });
      await tenants.transaction(context, async (db) => {
        if (!(await lockProvider(db, providerId))) throw new NotFoundError('Provider');
        await replaceQualifications(
          db,
          providerId,
          qualifications.map(({ name, validUntil }) => ({
            name,
            validUntil: validUntil == null ? null : new Date(validUntil),
          })),
        );
      });
      context.loaders.clear();
    },
  };
}
