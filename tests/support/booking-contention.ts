import { createBooking } from '../../subgraphs/booking/subgraph.js';
import type { BookingEvents } from '../../subgraphs/booking/events.js';
import type { BookingServices } from '../../subgraphs/booking/services.js';
import { ConflictError } from '../../subgraphs/_kernel/errors/domain-error.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import { openShop, systemOf, type Shop } from './booking.js';
import { startHostedSubgraph, type HostedSubgraph } from './hosted-subgraph.js';
import { ACME, contextFor, createTestClock, memberOf, type TestClock } from './runtime.js';

/** Tuesday, when every shop of the tests is open from 14:00 to 22:00 UTC. */
const DAY = '2027-01-12';
const START = new Date(`${DAY}T15:00:00Z`);

/** On the plan without limits: whoever asks for a visit is kept as a client, also when she gets nothing. */
const COMPANY: TenantIdentity = { ...ACME, plan: 'ENTERPRISE' };

/** How many of those who asked were given what they asked for, and what the others were told. */
export interface Contest {
  readonly won: number;
  readonly lost: number;
  /** Everything but a typed conflict over the slot. */
  readonly unexpected: readonly unknown[];
}

export interface BookingContention {
  /** How many deadlocks the database has seen. */
  deadlocks(): Promise<number>;
  /** Everybody wants one slot of one provider at one moment. */
  oneSlot(attempts: number): Promise<Contest & { readonly live: number }>;
  /** Half want one service and then the other, half the other way round, with the same two providers. */
  oppositeOrders(attempts: number): Promise<Contest & { readonly groups: number; readonly live: number; readonly halves: number }>;
  /** Whoever finds a group full waits; then some of those who have a seat cancel. */
  fullGroup(of: { readonly capacity: number; readonly attempts: number; readonly cancelled: number }): Promise<{
    readonly seats: readonly number[];
    readonly waiting: number;
    readonly unexpected: readonly unknown[];
    /** Those who were offered a seat, and those who had waited longest. */
    readonly offered: readonly string[];
    readonly firstInLine: readonly string[];
  }>;
  /**
   * Books at random times, some of those offered and some not, as the calendar fills.
   * @returns the starts that were offered and refused, or not offered and booked
   */
  offeredAgainstBooked(attempts: number): Promise<{ readonly booked: number; readonly refused: number; readonly contradictions: readonly string[] }>;
  stop(): Promise<void>;
}

/** What the database layer says when no connection was to be had for ten seconds. */
const hadToWaitTooLong = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'P2028' && error.message.includes('Unable to start');

/** Asks again, with the same key, as long as the machine is too busy to hear it. */
export async function persistently<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!hadToWaitTooLong(error) || attempt === 50) throw error;
    }
  }
}

const isConflict = (error: unknown): boolean => error instanceof ConflictError && error.code === 'SLOT_UNAVAILABLE';

function contestOf(outcomes: readonly PromiseSettledResult<unknown>[]): Contest {
  const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  return {
    won: outcomes.length - reasons.length,
    lost: reasons.filter(isConflict).length,
    unexpected: reasons.filter((reason) => !isConflict(reason)),
  };
}

/** Booking with its reactions on a database of its own, over as many connections as it has in production. */
export async function startBookingContention(): Promise<BookingContention> {
  const clock: TestClock = createTestClock(new Date('2027-01-11T08:00:00Z'));
  const hosted: HostedSubgraph<BookingServices, BookingEvents> = await startHostedSubgraph(createBooking, clock);
  const { services } = hosted.subgraph;
  const { platform } = hosted.runtime.pools;
  const member = () => contextFor(COMPANY, memberOf([]), clock);
  const book = (of: Shop, startsAt = START, context = member()) => {
    const wanted = { serviceId: of.serviceId, providerId: of.providerIds[0] ?? '', startsAt, idempotencyKey: uuidv7() };
    return persistently(() => services.reservations.create(context, wanted));
  };
  const numberOf = async (query: string, values: unknown[]): Promise<number> => {
    const { rows } = await platform.query<{ count: string }>(query, values);
    return Number(rows[0]?.count);
  };
  const liveOf = (providerIds: readonly string[]): Promise<number> =>
    numberOf(
      `SELECT count(*) FROM booking.booking WHERE provider_id = ANY($1) AND status IN ('PENDING', 'CONFIRMED')`,
      [providerIds],
    );

  return {
    deadlocks: () => numberOf('SELECT deadlocks AS count FROM pg_stat_database WHERE datname = current_database()', []),
    async oneSlot(attempts) {
      const of = await openShop(services, COMPANY, { clock });
      const outcomes = await Promise.allSettled(Array.from({ length: attempts }, () => book(of)));
      return { ...contestOf(outcomes), live: await liveOf(of.providerIds) };
    },
    async oppositeOrders(attempts) {
      const [one, other] = [await openShop(services, COMPANY, { clock, price: 0 }), await openShop(services, COMPANY, { clock, price: 0 })];
      const stops = [one, other].map(({ serviceId, providerIds }) => ({ serviceId, providerId: providerIds[0] ?? '' }));
      const visit = (n: number) => {
        const context = member();
        const wanted = { startsAt: START, services: n % 2 === 0 ? stops : stops.toReversed(), idempotencyKey: uuidv7() };
        return persistently(() => services.bookingGroups.createVisit(context, wanted));
      };
      const outcomes = await Promise.allSettled(Array.from({ length: attempts }, (_, n) => visit(n)));
      const providerIds = [...one.providerIds, ...other.providerIds];
      const groups = await numberOf(
        'SELECT count(DISTINCT group_id) FROM booking.booking WHERE provider_id = ANY($1)',
        [providerIds],
      );
      const halves = await numberOf(
        `SELECT count(*) FROM (SELECT group_id FROM booking.booking WHERE provider_id = ANY($1)
           GROUP BY group_id HAVING count(*) <> 2) AS half`,
        [providerIds],
      );
      return { ...contestOf(outcomes), groups, halves, live: await liveOf(providerIds) };
    },
    async fullGroup({ capacity, attempts, cancelled }) {
      const of = await openShop(services, COMPANY, { clock, price: 0, capacity });
      const window = { serviceId: of.serviceId, earliest: START, latest: START };
      const outcomes = await Promise.allSettled(
        Array.from({ length: attempts }, async () => {
          const context = member();
          try {
            await book(of, START, context);
          } catch (error) {
            if (!isConflict(error)) throw error;
            await persistently(() => services.waitlist.join(context, window));
          }
        }),
      );
      const { rows: taken } = await platform.query<{ id: string; seat: number }>(
        `SELECT id, seat FROM booking.booking WHERE provider_id = ANY($1) AND status = 'CONFIRMED' ORDER BY seat`,
        [of.providerIds],
      );
      const line = `SELECT id, status FROM booking.waitlist_entry WHERE service_id = $1 ORDER BY created_at, id`;
      const { rows: waiting } = await platform.query<{ id: string }>(line, [of.serviceId]);
      for (const { id } of taken.slice(0, cancelled)) {
        await services.reservationStatus.cancel(systemOf(COMPANY, clock), id, null);
        await hosted.settle();
      }
      const { rows: later } = await platform.query<{ id: string; status: string }>(line, [of.serviceId]);
      return {
        seats: taken.map(({ seat }) => seat),
        waiting: waiting.length,
        unexpected: outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : [])),
        offered: later.filter(({ status }) => status === 'OFFERED').map(({ id }) => id),
        firstInLine: waiting.slice(0, cancelled).map(({ id }) => id),
      };
    },
    async offeredAgainstBooked(attempts) {
      const of = await openShop(services, COMPANY, { clock, price: 0, durationMinutes: 25, bufferAfterMinutes: 10 });
      const [providerId = ''] = of.providerIds;
      const offered = async (): Promise<ReadonlySet<number>> => {
        const search = { serviceId: of.serviceId, providerId, from: DAY, days: 14 };
        const starts: number[] = [];
        for (let after: string | null = null; ; ) {
          const page = await services.availability.search(member(), { ...search, first: 100, ...(after === null ? {} : { after }) });
          if (!page) throw new Error('the service is not known');
          starts.push(...page.edges.map(({ node }) => node.startsAt.getTime()));
          if (!page.pageInfo.hasNextPage) return new Set(starts);
          after = page.pageInfo.endCursor ?? null;
        }
      };
      // A walk of its own making, the same every time: it tries all over two weeks, in steps of five minutes.
      let seed = 20_270_112;
      const random = (below: number): number => {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((seed / 2 ** 32) * below);
      };
      const contradictions: string[] = [];
      let [booked, refused] = [0, 0];
      let free = await offered();
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const chosen = [...free][random(Math.max(1, free.size))];
        const anywhere = Date.parse(`${DAY}T00:00:00Z`) + random(14 * 288) * 300_000;
        const startsAt = new Date(random(5) === 0 && chosen !== undefined ? chosen : anywhere);
        const wasOffered = free.has(startsAt.getTime());
        const outcome = await book(of, startsAt).catch((error: unknown) => error);
        const wasBooked = !(outcome instanceof Error);
        if (wasBooked !== wasOffered || (outcome instanceof Error && !isConflict(outcome))) {
          contradictions.push(`${startsAt.toISOString()} ${wasOffered ? 'offered' : 'not offered'}: ${String(outcome)}`);
        }
        if (wasBooked) {
          booked += 1;
          // Some leave again, so that the calendar never fills.
          if (random(2) === 0) await services.reservationStatus.cancel(systemOf(COMPANY, clock), (outcome as { id: string }).id, null);
          free = await offered();
        } else {
          refused += 1;
        }
      }
      return { booked, refused, contradictions };
    },
    stop: () => hosted.stop(),
  };
}
