import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openShop } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, GLOBEX } from '../../../tests/support/runtime.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

describe('how a company wants to take appointments', () => {
  let t: HostedSubgraph<BookingServices, TenancyEvents>;
  beforeAll(async () => {
    t = await startHostedSubgraph<BookingServices, TenancyEvents>(createBooking);
  });
  afterAll(() => t.stop());

  const servicesOf = async (tenant = ACME) => {
    const { edges } = await t.subgraph.services.catalogue.list(contextFor(tenant), {});
    return edges.map(({ node: { name, durationMinutes, slotStepMinutes } }) => [name, durationMinutes, slotStepMinutes]);
  };

  it('decides the slots of every service it has, and adds the ones it names', async () => {
    const { serviceId, providerIds } = await openShop(t.subgraph.services, ACME, { durationMinutes: 20 });
    await openShop(t.subgraph.services, GLOBEX);
    const appointmentTypes = [
      { name: 'Consultation', durationMinutes: 5 },
      { name: 'First visit', durationMinutes: 60 },
    ];
    await t.tell('tenancy.preferences_chosen', { slotMinutes: 20, appointmentTypes });
    await t.settle();
    expect(await servicesOf()).toEqual([
      ['Consultation', 20, 20],
      ['First visit', 60, 20],
    ]);
    expect(await servicesOf(GLOBEX)).toEqual([['Consultation', 60, 15]]);

    const from = new Date(t.clock.now().getTime() + 2 * 86_400_000).toISOString().slice(0, 10);
    const slots = await t.subgraph.services.availability.search(contextFor(ACME, undefined, t.clock), {
      serviceId,
      providerId: providerIds[0],
      from,
      days: 1,
      first: 3,
    });
    const minutes = slots?.edges.map(({ node }) => node.startsAt.getUTCMinutes());
    expect(minutes).toEqual([0, 20, 40]);
  });

  it('is taken over once, though it is told again', async () => {
    const before = await servicesOf();
    await t.tell('tenancy.preferences_chosen', { slotMinutes: 20, appointmentTypes: [{ name: 'First visit', durationMinutes: 60 }] });
    await t.settle();
    expect(await servicesOf()).toEqual(before);
  });
});
