import { v5 } from 'uuid';
import { systemContext } from '../../subgraphs/_kernel/request/system-context.js';
import type { RequestContext } from '../../subgraphs/_kernel/request/request-context.js';
import type { SubgraphRuntime } from '../../subgraphs/_kernel/subgraph.js';
import { ConflictError } from '../../subgraphs/_kernel/errors/domain-error.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import type { NewService } from '../../subgraphs/booking/catalogue/catalogue.service.js';
import type { NewTenant } from '../../subgraphs/tenancy/tenant/tenant.service.js';
import { addApplications } from './applications.js';
import { bookingsOf, type DemoBooking } from './calendar.js';
import {
  DEMO_FAMILY_NAMES,
  DEMO_GIVEN_NAMES,
  DEMO_MEMBERS,
  DEMO_PASSWORD,
  type DemoProvider,
  type DemoTenant,
} from './demo-data.js';
import { createRandom, type Random } from './random.js';
import type { SeedParts } from './seed-parts.js';

/** Names of bookings are hashed into ids below this one, so that a repeat finds what it made before. */
const BOOKINGS_NAMESPACE = '6f2d3f0e-8d5c-5f43-9c0a-3b1f6a0f7d11';
const AT_ONCE = 6;
const CATCH_UP_MS = 60_000;

export const seedContext = ({ clock, logger }: SubgraphRuntime, tenant: TenantIdentity): RequestContext =>
  systemContext({ name: 'seed', tenant, clock, logger });

/** Runs what may have been done before. */
async function unlessThere<Result>(work: Promise<Result>): Promise<Result | null> {
  return work.catch((error: unknown) => {
    if (error instanceof ConflictError) return null;
    throw error;
  });
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The company, made if it is not there. @throws Error where its name was that of another that is gone */
export async function tenantOf({ runtime, subgraphs }: SeedParts, company: NewTenant): Promise<TenantIdentity> {
  const { tenants, life } = subgraphs.tenancy.services;
  await unlessThere(tenants.create(seedContext(runtime, PLATFORM_TENANT), company));
  const tenant = await tenants.lookUp({ slug: company.slug });
  if (!tenant) throw new Error(`The demo company ${company.slug} could not be made`);
  const context = seedContext(runtime, tenant);
  const row = await tenants.find(context, tenant.id);
  // A demo that is kept for longer than a trial lasts still works.
  if (row?.trialEndsAt) await life.choosePlan(context, company.plan);
  return tenant;
}

/** Those who can sign in to a company. */
export async function addMembers({ subgraphs }: SeedParts, context: RequestContext): Promise<void> {
  const { enrolment } = subgraphs.identity.services;
  await Promise.all(
    DEMO_MEMBERS.map(({ name, displayName, roles }) =>
      unlessThere(
        enrolment.enrol(context, {
          email: `${name}@${context.tenant.slug}.example`,
          displayName: `${displayName} of ${context.tenant.name.split(' ')[0]}`,
          password: DEMO_PASSWORD,
          roles,
        }),
      ),
    ),
  );
}

/** What a company offers. */
interface Offer {
  readonly services: readonly (Omit<NewService, 'priceAmount'> & { readonly key: string; readonly price: number })[];
  readonly providers: readonly Omit<DemoProvider, 'bookingsPerDay'>[];
}

interface Catalogue {
  readonly serviceIds: ReadonlyMap<string, string>;
  readonly providerIds: ReadonlyMap<string, string>;
}

/** Services, providers and their weeks; what an interrupted seed has made is found by its name. */
export async function addCatalogue({ subgraphs }: SeedParts, context: RequestContext, demo: Offer): Promise<Catalogue> {
  const { catalogue, providers, workingHours } = subgraphs.booking.services;
  const [knownServices, knownProviders] = await Promise.all([
    catalogue.list(context, { first: 500 }),
    providers.list(context, { first: 500 }),
  ]);
  const serviceIds = new Map<string, string>();
  for (const { key, price, ...service } of demo.services) {
    const known = knownServices.edges.find(({ node }) => node.name === service.name)?.node;
    serviceIds.set(key, (known ?? (await catalogue.create(context, { ...service, priceAmount: price }))).id);
  }
  const providerIds = new Map<string, string>();
  for (const { name, type, bio, week, services } of demo.providers) {
    const known = knownProviders?.edges.find(({ node }) => node.name === name)?.node;
    const { id } = known ?? (await providers.create(context, { name, type, bio }));
    providerIds.set(name, id);
    for (const key of services) {
      await catalogue.offer(context, { providerId: id, serviceId: serviceIds.get(key) ?? '' });
    }
    const hours = week.flatMap((day, index) => day.map(([start, end]) => ({ weekday: index + 1, start, end })));
    await workingHours.set(context, { providerId: id, hours });
  }
  return { serviceIds, providerIds };
}

interface DemoClients {
  readonly ids: readonly string[];
  /** Who signs in as a client: her record comes from her membership. */
  readonly own: string;
}

/** Clients known by name, with the demo's own. */
async function addClients(
  { runtime, subgraphs }: SeedParts,
  context: RequestContext,
  demo: DemoTenant,
  random: Random,
): Promise<DemoClients> {
  const { clients } = subgraphs.booking.services;
  await runtime.catchUp('booking', context.tenant.id, CATCH_UP_MS);
  const { edges } = await clients.list(context, { first: 500 });
  // By name, for ids are new every time and the same demo is to come of the same seed.
  const known = edges.map(({ node }) => node).sort((one, other) => ((one.displayName ?? '') < (other.displayName ?? '') ? -1 : 1)).map(({ id }) => id);
  for (let n = known.length; n < demo.clients; n += 1) {
    const given = DEMO_GIVEN_NAMES[n % DEMO_GIVEN_NAMES.length] ?? 'Kim';
    const family = random.pick(DEMO_FAMILY_NAMES);
    const email = `${given}.${family}@example.com`.toLowerCase();
    known.push((await clients.create(context, { displayName: `${given} ${family}`, email })).id);
  }
  const own = edges.find(({ node }) => node.userId !== null)?.node.id;
  if (own === undefined) throw new Error("The demo's own client is not known to booking");
  return { ids: known, own };
}

/** Of so many bookings one is of the demo's own client, whatever chance gives her besides. */
const OWN_EVERY = 8;

/** Makes one company of the demo. May be run again at any time, also after it was cut short. */
export async function seedTenant(parts: SeedParts, demo: DemoTenant, onProgress: (text: string) => void): Promise<void> {
  const { runtime, subgraphs } = parts;
  const random = createRandom(demo.seed);
  const tenant = await tenantOf(parts, demo.tenant);
  const context = seedContext(runtime, tenant);
  await addMembers(parts, context);
  await addApplications(parts, context);
  const { serviceIds, providerIds } = await addCatalogue(parts, context, demo);
  const { ids: clientIds, own } = await addClients(parts, context, demo, random);

  const planned: (DemoBooking & { readonly id: string; readonly providerId: string; readonly clientId: string })[] = [];
  for (const provider of demo.providers) {
    const providerId = providerIds.get(provider.name) ?? '';
    for (const booking of bookingsOf(provider, demo.services, tenant.timeZone, runtime.clock.now(), random)) {
      const id = v5(`${tenant.id} ${provider.name} ${booking.startsAt.toISOString()}`, BOOKINGS_NAMESPACE);
      planned.push({ ...booking, id, providerId, clientId: planned.length % OWN_EVERY === 0 ? own : random.pick(clientIds) });
    }
  }

  onProgress(`Seeding ${tenant.name}: ${planned.length} bookings`);
  await inParallel(planned, ({ id, service, providerId, clientId, startsAt, createdAt, status }) =>
    unlessThere(
      subgraphs.booking.services.reservationImport.importBooking(context, {
        id,
        serviceId: serviceIds.get(service.key) ?? '',
        providerId,
        clientId,
        startsAt,
        status,
        createdAt,
      }),
    ),
  );

  // Bills are opened by what the bookings told; they have to be there before they are paid.
  await runtime.catchUp('commerce', tenant.id, CATCH_UP_MS);
  const paid = planned.filter(({ isPaid }) => isPaid);
  onProgress(`Seeding ${tenant.name}: ${paid.length} payments`);
  await inParallel(paid, ({ id, service, createdAt }) =>
    subgraphs.commerce.services.paymentImport.importPayment(context, {
      bookingId: id,
      paidAt: new Date(createdAt.getTime() + 5 * 60_000),
      fee: Math.round(service.price * 0.029) + 30,
    }),
  );
}
