import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ACME, contextFor, memberOf, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

describe('a client’s own bookings', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startTestRuntime();
  });
  afterAll(() => runtime.stop());

  const mineWith = (services: BookingServices) => services.reservationQueries.mine(contextFor(ACME, memberOf([])), {});

  it('are hers to see', async () => {
    expect((await mineWith(createBooking(runtime).services)).edges).toEqual([]);
  });

  it('are not where the company has switched the view of its clients off', async () => {
    const flags = { ...runtime.flags, isOn: (key: string) => key !== 'patient_portal' };
    const { services } = createBooking({ ...runtime, flags });
    await expect(mineWith(services)).rejects.toMatchObject({ code: 'FEATURE_NOT_IN_PLAN' });
  });
});
