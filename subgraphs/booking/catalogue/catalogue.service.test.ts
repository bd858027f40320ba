import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openShop, systemOf } from '../../../tests/support/booking.js';
import {
  ACME,
  contextFor,
  GLOBEX,
  memberOf,
  startTestRuntime,
  type TestRuntime,
} from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

describe('the catalogue', () => {
  let runtime: TestRuntime;
  let services: BookingServices;

  beforeAll(async () => {
    runtime = await startTestRuntime();
    ({ services } = createBooking(runtime));
  });
  afterAll(() => runtime.stop());

  const owner = (tenant = ACME) => contextFor(tenant, memberOf(['settings:update']));

  it("takes services on in the tenant's currency, with the usual times where none are given", async () => {
    const service = await services.catalogue.create(owner(GLOBEX), {
      name: 'Massage',
      durationMinutes: 50,
      priceAmount: 6_500,
    });
    expect(service).toMatchObject({
      priceAmount: 6_500n,
      priceCurrency: 'EUR',
      bufferAfterMinutes: 0,
      slotStepMinutes: 15,
      noticeMinutes: 0,
      horizonDays: 90,
      status: 'ACTIVE',
    });
    const broken = { name: '', durationMinutes: 0, slotStepMinutes: 1, priceAmount: -1 };
    await expect(services.catalogue.create(owner(), broken)).rejects.toMatchObject({
      issues: [{ field: 'name' }, { field: 'durationMinutes' }, { field: 'slotStepMinutes' }, { field: 'priceAmount' }],
    });
    await expect(
      services.catalogue.create(contextFor(ACME, memberOf()), { name: 'x', durationMinutes: 5, priceAmount: 0 }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('takes an intermission only inside a service, from who may change settings, and shows it', async () => {
    const refusedOf = (input: object) =>
      services.catalogue.create(owner(), { name: 'Colour', durationMinutes: 105, priceAmount: 0, ...input }).then(
        () => null,
        (error: { issues?: readonly { field: string; message: string }[] }) => error.issues,
      );
    expect(await refusedOf({ intermission: { afterMinutes: 0, minutes: 0 } })).toMatchObject([
      { field: 'intermission.afterMinutes', message: 'must be at least 1' },
      { field: 'intermission.minutes', message: 'must be at least 1' },
    ]);
    expect(await refusedOf({ intermission: { afterMinutes: 105, minutes: 1 } })).toMatchObject([{ field: 'intermission.afterMinutes' }]);
    expect(await refusedOf({ intermission: { afterMinutes: 30, minutes: 75 } })).toMatchObject([
      { field: 'intermission.minutes', message: 'must end before the service does' },
    ]);
    const stay = { checkIn: '15:00', checkOut: '10:00' };
    expect(await refusedOf({ stay, intermission: { afterMinutes: 30, minutes: 45 } })).toMatchObject([{ field: 'intermission' }]);

    const colour = await services.catalogue.create(owner(), {
      name: 'Colour', durationMinutes: 105, priceAmount: 0, status: 'INACTIVE', intermission: { afterMinutes: 30, minutes: 45 },
    });
    expect(colour).toMatchObject({ intermissionAfterMinutes: 30, intermissionMinutes: 45 });
    const set = (id: string, intermission: { afterMinutes: number; minutes: number } | null, context = owner()) =>
      services.catalogue.setIntermission(context, id, intermission);
    await expect(set(colour.id, { afterMinutes: 100, minutes: 5 })).rejects.toMatchObject({ issues: [{ field: 'intermission.minutes' }] });
    await expect(set(colour.id, null, contextFor(ACME, memberOf()))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const foreign = await set(colour.id, null, owner(GLOBEX)).catch((error: unknown) => error);
    expect(foreign).toEqual(await set(uuidv7(), null).catch((error: unknown) => error));
    expect(foreign).toMatchObject({ code: 'NOT_FOUND' });
    await set(colour.id, null);
    expect(await services.catalogue.find(contextFor(ACME), colour.id)).toMatchObject({ intermissionMinutes: null });
  });

  it('lists what can be booked, by name', async () => {
    for (const [name, status] of [['B', 'ACTIVE'], ['A', 'ACTIVE'], ['C', 'INACTIVE']] as const) {
      await services.catalogue.create(owner(), { name, durationMinutes: 30, priceAmount: 0, status });
    }
    const { edges } = await services.catalogue.list(contextFor(ACME), {});
    expect(edges.map(({ node }) => node.name)).toEqual(['A', 'B']);
  });

  it("changes a provider's price when a service is offered again, and offers nothing of another tenant", async () => {
    const { serviceId, providerIds } = await openShop(services, ACME);
    const providerId = providerIds[0] ?? '';
    await services.catalogue.offer(owner(), { providerId, serviceId, priceAmount: 100 });
    expect(await services.catalogue.offer(owner(), { providerId, serviceId })).toMatchObject({ priceAmount: null });
    expect(await services.catalogue.offeringsOf(contextFor(ACME), providerId)).toHaveLength(1);
    await expect(services.catalogue.offer(owner(GLOBEX), { providerId, serviceId })).rejects.toThrow('Provider not found');
  });

  it('keeps one week of several that are set at once', async () => {
    const { providerIds } = await openShop(services, ACME);
    const providerId = providerIds[0] ?? '';
    const weeks = ['08:00', '09:00', '10:00', '11:00'].map((start) => [{ weekday: 1, start, end: '18:00' }]);
    await Promise.all(weeks.map((hours) => services.workingHours.set(systemOf(ACME), { providerId, hours })));
    expect(await services.workingHours.ofProvider(contextFor(ACME), providerId)).toHaveLength(1);
    await expect(
      services.workingHours.set(contextFor(ACME, memberOf(['appointments:read'])), { providerId, hours: [] }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
