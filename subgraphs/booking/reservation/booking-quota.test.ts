import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openShop } from '../../../tests/support/booking.js';
import { ACME, contextFor, createTestClock, memberOf, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import { quotaOf, useQuota } from '../../_kernel/quota/quota.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { Subgraph } from '../../_kernel/subgraph.js';
import type { LimitedResource } from '../../_kernel/wire/plan-limits.js';
import { keepMember } from '../member/member.store.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

const clock = createTestClock(new Date('2027-01-11T08:00:00Z'));
const STARTER = { ...ACME, plan: 'STARTER' } as const;

describe('what a plan has room for, in booking', () => {
  let runtime: TestRuntime;
  let booking: Subgraph<BookingServices>;

  const desk = contextFor(STARTER, memberOf(['patients:create', 'appointments:create']), clock);
  const usedOf = async (resource: LimitedResource) =>
    (await quotaOf(runtime.database.tenants.of(desk), desk, resource)).used;
  /** All but so many. */
  const fill = async (resource: LimitedResource, left: number): Promise<void> => {
    const { limit, used } = await quotaOf(runtime.database.tenants.of(desk), desk, resource);
    await runtime.database.tenants.transaction(desk, (db) => useQuota(db, desk, resource, (limit ?? 0) - used - left));
  };

  beforeAll(async () => {
    runtime = await startTestRuntime({ clock });
    booking = createBooking(runtime);
  });
  afterAll(() => runtime.stop());

  it('is so many clients, of whom a second record of the same is none', async () => {
    const userId = uuidv7();
    await keepMember(runtime.database.tenants.of(desk), userId);
    await booking.services.clients.create(desk, { displayName: 'Ana', userId });
    await booking.services.clients.create(desk, { displayName: 'Ana', userId, phone: '+4930123456' });
    expect(await usedOf('PATIENTS')).toBe(1);
    await fill('PATIENTS', 3);
    const many = Array.from({ length: 10 }, (_, n) => booking.services.clients.create(desk, { displayName: `Client ${n}` }));
    const outcomes = await Promise.allSettled(many);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'QUOTA_EXCEEDED', resource: 'PATIENTS', limit: 100, used: 100 },
    });
    expect(await runtime.database.tenants.of(desk).client.count()).toBe(4);
  });

  it('is so many appointments a month: what is refused takes no time and no place', async () => {
    const { serviceId, providerIds } = await openShop(booking.services, STARTER, { clock, providers: 4, price: 0 });
    const [client] = await runtime.database.tenants.of(desk).client.findMany({ take: 1 });
    const bookWith = (context: RequestContext, providerId: string, idempotencyKey: string = uuidv7()) =>
      booking.services.reservations.create(context, {
        serviceId,
        providerId,
        startsAt: new Date('2027-01-12T15:00:00Z'),
        clientId: client?.id,
        idempotencyKey,
      });
    await fill('APPOINTMENTS', 2);
    const key = uuidv7();
    const first = await bookWith(desk, providerIds[0] ?? '', key);
    expect((await bookWith(desk, providerIds[0] ?? '', key)).id).toBe(first.id);
    expect(await usedOf('APPOINTMENTS')).toBe(199);
    const outcomes = await Promise.allSettled(providerIds.slice(1).map((providerId) => bookWith(desk, providerId)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await runtime.database.tenants.of(desk).booking.count()).toBe(2);
    clock.advance(31 * 86_400_000);
    expect(await usedOf('APPOINTMENTS')).toBe(0);
  });
});
