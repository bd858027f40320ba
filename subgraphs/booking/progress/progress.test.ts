import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openShop, systemOf } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { ANONYMOUS, type Principal } from '../../_kernel/wire/principal.js';
import type { BookingEvents } from '../events.js';
import { ClientId, ServiceId } from '../ids.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';
import { percentOf } from './progress.js';

const clock = createTestClock(new Date('2027-03-01T08:00:00Z'));
const owner = memberOf(TENANT_PERMISSIONS);
const system = systemOf(ACME, clock);

const SET_STEPS = `mutation ($input: SetServiceStepsInput!) { setServiceSteps(input: $input) {
  __typename ... on Service { steps { id name } } ... on UserError { code }
} }`;
const RECORD = `mutation ($input: RecordProgressInput!) { recordProgress(input: $input) {
  __typename ... on Progress { percent steps { name completedAt } } ... on UserError { code }
} }`;
const OF_CLIENT = 'query ($id: ID!) { client(id: $id) { progress { percent service { name } steps { name completedAt } } } }';
const MINE = '{ myProgress { percent service { name } } }';

interface Step {
  readonly id: string;
  readonly name: string;
}

describe('the progress of a client', () => {
  let t: HostedSubgraph<BookingServices, BookingEvents>;

  beforeAll(async () => {
    t = await startHostedSubgraph((runtime) => createBooking(runtime), clock);
  });
  afterAll(() => t.stop());

  const ask = async (source: string, as: Principal, variables: Record<string, unknown> = {}, tenant = ACME) => {
    const { data, errors } = await t.graphql(source, { as, tenant, variables });
    return Object.values(data ?? {})[0] ?? errors?.[0]?.extensions;
  };
  const setSteps = async (serviceId: string, steps: readonly string[], as: Principal = owner, tenant = ACME) =>
    ask(SET_STEPS, as, { input: { serviceId: ServiceId.encode(serviceId), steps } }, tenant);
  const record = (clientId: string, stepId: string, completed = true, as: Principal = owner, tenant = ACME) =>
    ask(RECORD, as, { input: { clientId: ClientId.encode(clientId), stepId, completed } }, tenant);

  /** Somebody who has booked a service of three steps four weeks in a row. */
  const course = async () => {
    const shop = await openShop(t.subgraph.services, ACME, { clock, price: 0, capacity: 5 });
    const { steps } = (await setSteps(shop.serviceId, ['Basics', 'Practice', 'Exam'])) as { steps: readonly Step[] };
    const person = memberOf([]);
    const { clientId } = await t.subgraph.services.bookingGroups.createSeries(contextFor(ACME, person, clock), {
      serviceId: shop.serviceId,
      providerId: shop.providerIds[0] ?? '',
      startsAt: new Date('2027-03-08T15:00:00Z'),
      rule: 'FREQ=WEEKLY;COUNT=4',
      idempotencyKey: uuidv7(),
    });
    return { serviceId: shop.serviceId, clientId, person, steps, ids: steps.map(({ id }) => id) };
  };

  it('is percent of the steps she has completed, for staff and for herself', async () => {
    const { clientId, person, ids, steps } = await course();
    expect(steps.map(({ name }) => name)).toEqual(['Basics', 'Practice', 'Exam']);
    const mine = () => ask(MINE, person);
    expect(await mine()).toEqual([{ percent: 0, service: { name: 'Consultation' } }]);
    const first = await record(clientId, ids[0] ?? '');
    expect(first).toMatchObject({ percent: 33, steps: [{ completedAt: expect.any(String) }, { completedAt: null }, { completedAt: null }] });
    clock.advance(60_000);
    expect(await record(clientId, ids[0] ?? '')).toEqual(first);
    expect(await record(clientId, ids[2] ?? '')).toMatchObject({ percent: 66 });
    expect(await mine()).toEqual([{ percent: 66, service: { name: 'Consultation' } }]);
    expect(await record(clientId, ids[1] ?? '')).toMatchObject({ percent: 100 });
    expect(await record(clientId, ids[1] ?? '', false)).toMatchObject({ percent: 66 });
    const id = ClientId.encode(clientId);
    for (const as of [owner, person]) {
      expect(await ask(OF_CLIENT, as, { id })).toMatchObject({ progress: [{ percent: 66, steps: [{ name: 'Basics' }, { completedAt: null }, { name: 'Exam' }] }] });
    }
    const { rows } = await t.runtime.pools.platform.query<{ percent: number; isCompleted: boolean }>(
      `SELECT (payload->>'percent')::int AS percent, (payload->>'isCompleted')::boolean AS "isCompleted" FROM kernel.outbox_event
       WHERE type = 'booking.progress_recorded' AND payload->>'clientId' = $1 ORDER BY xact_id, id`,
      [clientId],
    );
    expect(rows.map(({ percent }) => percent)).toEqual([33, 66, 100, 66]);
  });

  it('stays with steps that keep their names, and goes with those that do not', async () => {
    const { serviceId, clientId, person, ids } = await course();
    await record(clientId, ids[0] ?? '');
    await record(clientId, ids[1] ?? '');
    const changed = (await setSteps(serviceId, ['Welcome', 'Practice', 'Exam', 'Basics'])) as { steps: readonly Step[] };
    expect(changed.steps.map(({ name }) => name)).toEqual(['Welcome', 'Practice', 'Exam', 'Basics']);
    expect(await ask(MINE, person)).toMatchObject([{ percent: 50 }]);
    await setSteps(serviceId, ['Practice', 'Exam', 'Goodbye']);
    expect(await ask(MINE, person)).toMatchObject([{ percent: 33 }]);
    await setSteps(serviceId, []);
    expect(await ask(MINE, person)).toEqual([]);
    expect(await setSteps(serviceId, ['Twice', 'Twice'])).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('is only that of who has booked, recorded by who looks after bookings, and seen by nobody else', async () => {
    const { serviceId, clientId, person, ids } = await course();
    const [step = ''] = ids;
    const { id: other } = await t.subgraph.services.clients.create(system, { displayName: 'Olga' });
    expect(await record(other, step)).toMatchObject({ code: 'CONFLICT' });
    for (const as of [person, memberOf(['appointments:read', 'patients:read'])]) {
      expect(await record(clientId, step, true, as)).toMatchObject({ code: 'FORBIDDEN' });
    }
    expect(await setSteps(serviceId, ['Mine'], memberOf(['settings:read']))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await ask(OF_CLIENT, memberOf([]), { id: ClientId.encode(clientId) })).toBeUndefined();
    expect(await ask(MINE, ANONYMOUS)).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await ask(MINE, memberOf([]))).toEqual([]);
    // Another company's is answered as what there is not.
    expect(await record(clientId, step, true, owner, GLOBEX)).toEqual(await record(uuidv7(), step, true, owner, GLOBEX));
    const { id: theirs } = await t.subgraph.services.clients.create(systemOf(GLOBEX, clock), { displayName: 'Gina' });
    expect(await record(theirs, step, true, owner, GLOBEX)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await setSteps(serviceId, ['Theirs'], owner, GLOBEX)).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is everything only when everything is completed', () => {
    const stepsDone = (done: number, all: number) => Array.from({ length: all }, (_, n) => ({ completedAt: n < done ? clock.now() : null }));
    expect([stepsDone(0, 3), stepsDone(199, 200), stepsDone(200, 200), []].map(percentOf)).toEqual([0, 99, 100, 0]);
  });
});
