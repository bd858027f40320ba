import { z } from 'zod';
import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { isByTheNight } from '../availability/availability.js';
import { findProvidersByIds } from '../provider/provider.store.js';
import { isLocation, lockService } from '../resource/resource.store.js';
import { newServiceSchema, priceAmountSchema, type ServiceStatus } from './catalogue.js';
import type { OfferingsLoader, ServiceLoader } from './catalogue.loader.js';
import { intermissionSchema, keptIntermission, type Intermission } from './intermission.js';
import {
  findServicesByIds,
  findServicesPage,
  insertService,
  putOffering,
  SERVICE_SORT,
  setServiceIntermission,
  type OfferingRow,
  type ServiceRow,
} from './catalogue.store.js';

export interface NewService {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly durationMinutes: number;
  /** How many may come to one session; 1 when left out. */
  readonly capacity?: number | null | undefined;
  readonly bufferBeforeMinutes?: number | null | undefined;
  /** 0 when left out, as is the notice. */
  readonly bufferAfterMinutes?: number | null | undefined;
  /** 15 when left out. */
  readonly slotStepMinutes?: number | null | undefined;
  readonly noticeMinutes?: number | null | undefined;
  /** 90 when left out. */
  readonly horizonDays?: number | null | undefined;
  /** Minor units of the tenant's currency; for one night where it is booked by the night. */
  readonly priceAmount: number;
  /** How it is booked by the night, with times of day as `HH:MM`; by the hour when left out. */
  readonly stay?: NewStayTerms | null | undefined;
  /** A pause in which the provider may be booked by others; none when left out. */
  readonly intermission?: Intermission | null | undefined;
  /** ACTIVE when left out. */
  readonly status?: ServiceStatus | null | undefined;
}

export interface NewStayTerms {
  readonly checkIn: string;
  readonly checkOut: string;
  /** 1 when left out. */
  readonly minNights?: number | null | undefined;
  /** 30 when left out. */
  readonly maxNights?: number | null | undefined;
}

export interface NewOffering {
  readonly providerId: string;
  readonly serviceId: string;
  /** Minor units of the service's currency; the service's price when left out. */
  readonly priceAmount?: number | null | undefined;
  /** Where she does it: what it needs is then taken from there. */
  readonly locationId?: string | null | undefined;
}

export interface CatalogueService {
  find(context: RequestContext, id: string): Promise<ServiceRow | null>;
  /** One that a row of ours refers to. @throws {NotFoundError} */
  get(context: RequestContext, id: string): Promise<ServiceRow>;
  /** Active services by name. */
  list(context: RequestContext, args: PageArgs): Promise<Connection<ServiceRow>>;
  offeringsOf(context: RequestContext, providerId: string): Promise<OfferingRow[]>;
  /**
   * @throws {ForbiddenError} without `settings:update`
   * @throws {ValidationError}
   */
  create(context: RequestContext, input: NewService): Promise<ServiceRow>;
  /**
   * Sets the pause in which the provider of a service may be booked by others, or takes it away; bookings there are
   * keep theirs until they are moved. What the service needs beside the provider stays taken in it.
   * @throws {ForbiddenError} without `settings:update`
   * @throws {NotFoundError} when there is no such service
   * @throws {ValidationError} unless it begins and ends within the service
   */
  setIntermission(context: RequestContext, serviceId: string, intermission: Intermission | null): Promise<ServiceRow>;
  /**
   * Says that a provider does a service, or changes what she takes for it.
   * @throws {ForbiddenError} without `settings:update`
   * @throws {NotFoundError} when there is no such provider, service or location
   * @throws {ValidationError}
   */
  offer(context: RequestContext, input: NewOffering): Promise<OfferingRow>;
}

const offeringSchema = z.object({
  providerId: z.string(),
  serviceId: z.string(),
  priceAmount: priceAmountSchema.nullish(),
  locationId: z.string().nullish(),
});

const newIntermissionSchema = z.object({ intermission: intermissionSchema.nullable() });

export function createCatalogueService(parts: {
  readonly tenants: TenantDatabase;
  readonly serviceLoader: ServiceLoader;
  readonly offeringsLoader: OfferingsLoader;
}): CatalogueService {
  const { tenants, serviceLoader, offeringsLoader } = parts;
  const find = (context: RequestContext, id: string): Promise<ServiceRow | null> =>
    context.loaders.of(context, serviceLoader).load(id);

  return {
    find,
    async get(context, id) {
      const service = await find(context, id);
      if (!service) throw new NotFoundError('Service');
      return service;
    },
    async list(context, args) {
      const page = pageOf(args, SERVICE_SORT);
      return connectionOf(page, await findServicesPage(tenants.of(context), page), (row) => [row.name, row.id]);
    },
    offeringsOf: (context, providerId) => context.loaders.of(context, offeringsLoader).load(providerId),
    async create(context, input) {
      requirePermission(context, 'settings:update');
      const service = validate(newServiceSchema, input);
      if (service.stay && (service.capacity ?? 1) > 1) throw ValidationError.of('capacity', 'must be 1 for what is booked by the night');
      return insertService(tenants.of(context), {
        id: uuidv7(),
        name: service.name,
        description: service.description ?? null,
        durationMinutes: service.durationMinutes,
        bufferBeforeMinutes: service.bufferBeforeMinutes ?? 0,
        bufferAfterMinutes: service.bufferAfterMinutes ?? 0,
        capacity: service.capacity ?? 1,
        slotStepMinutes: service.slotStepMinutes ?? 15,
        noticeMinutes: service.noticeMinutes ?? 0,
        horizonDays: service.horizonDays ?? 90,
        priceAmount: service.priceAmount,
        priceCurrency: context.tenant.currency,
        ...service.stay,
        ...keptIntermission(service.intermission, { durationMinutes: service.durationMinutes, isByTheNight: service.stay != null }),
        status: service.status ?? 'ACTIVE',
        createdAt: context.clock.now(),
      });
    },
    async setIntermission(context, serviceId, given) {
      requirePermission(context, 'settings:update');
      const { intermission } = validate(newIntermissionSchema, { intermission: given });
      const changed = await tenants.transaction(context, async (db) => {
        await lockService(db, serviceId);
        const [service] = await findServicesByIds(db, [serviceId]);
        if (!service) throw new NotFoundError('Service');
        const kept = keptIntermission(intermission, { ...service, isByTheNight: isByTheNight(service) });
        await setServiceIntermission(db, serviceId, kept);
        return { ...service, ...kept };
      });
      context.loaders.clear();
      return changed;
    },
    async offer(context, input) {
      requirePermission(context, 'settings:update');
      const { providerId, serviceId, priceAmount, locationId } = validate(offeringSchema, input);
      const offering = await tenants.transaction(context, async (db) => {
        const [provider] = await findProvidersByIds(db, [providerId]);
        if (!provider) throw new NotFoundError('Provider');
        const [service] = await findServicesByIds(db, [serviceId]);
        if (!service) throw new NotFoundError('Service');
        if (locationId != null && !(await isLocation(db, locationId))) throw new NotFoundError('Location');
        return putOffering(db, {
          providerId,
          serviceId,
          priceAmount: priceAmount ?? null,
          locationId: locationId ?? null,
        });
      });
      context.loaders.clear();
      return offering;
    },
  };
}
