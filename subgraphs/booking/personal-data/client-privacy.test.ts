import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openShop, systemOf } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import {
  openAnswer,
  openSubject,
  sealSubject,
  type DataSubject,
  type PersonalDataKind,
} from '../../_kernel/personal-data/personal-data.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantPermission } from '../../_kernel/wire/permissions.js';
import type { IdentityEvents } from '../../identity/events.js';
import type { BookingEvents } from '../events.js';
import { ClientId } from '../ids.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

describe('what a company asks for in the name of a client', () => {
  let t: HostedSubgraph<BookingServices, IdentityEvents>;

  const asking = (permissions: readonly TenantPermission[] = ['patients:delete'], seconds = 0) => {
    const principal = memberOf(permissions);
    const at = Math.floor(t.clock.now().getTime() / 1_000) - seconds;
    return principal.kind === 'member' ? { ...principal, assurance: { level: 'aal1', at } as const } : principal;
  };
  const ask = (clientId: string, of: { readonly as?: ReturnType<typeof asking>; readonly tenant?: typeof ACME } = {}) =>
    t.subgraph.services.clientPrivacy.request(contextFor(of.tenant ?? ACME, of.as ?? asking(), t.clock), 'ERASURE', {
      clientId,
      idempotencyKey: uuidv7(),
    });
  const eventsOf = async <Type extends keyof BookingEvents>(type: Type): Promise<BookingEvents[Type][]> => {
    await t.settle();
    const rows = await t.runtime.database.tenants.of({ tenant: ACME }).outboxEvent.findMany({ where: { type }, orderBy: { id: 'asc' } });
    return rows.map(({ payload }) => payload as unknown as BookingEvents[Type]);
  };
  const newClient = (email: string | null = null) =>
    t.subgraph.services.clients.create(systemOf(ACME, t.clock), { displayName: 'Ines Vidal', email });

  /** What booking answers when identity asks. */
  const answerTo = async (kind: PersonalDataKind, who: Partial<DataSubject>) => {
    const requestId = uuidv7();
    const subject = { userId: null, clientId: null, emails: [], worksHere: false, ...who };
    const { secretBox } = t.runtime;
    const sealedSubject = sealSubject(secretBox, requestId, subject);
    await t.tell('identity.personal_data_requested', { requestId, kind, sealedSubject });
    const answer = (await eventsOf('booking.personal_data_answered')).find((one) => one.requestId === requestId);
    if (!answer) throw new Error('Booking has not answered');
    expect(JSON.stringify(answer)).not.toContain('Ines');
    return openAnswer(secretBox, requestId, answer.sealedAnswer);
  };

  beforeAll(async () => {
    t = await startHostedSubgraph<BookingServices, IdentityEvents>((runtime) => createBooking(runtime));
  });
  afterAll(() => t.stop());

  it('is told to identity, with her address sealed', async () => {
    const client = await newClient('ines@people.example');
    const requestId = await ask(client.id);
    const told = (await eventsOf('booking.client_data_requested')).find((one) => one.requestId === requestId);
    expect(told).toMatchObject({ kind: 'ERASURE', clientId: client.id, userId: null });
    expect(JSON.stringify(told)).not.toContain('ines@');
    expect(openSubject(t.runtime.secretBox, requestId, told?.sealedSubject ?? '')).toEqual({
      userId: null,
      clientId: client.id,
      emails: ['ines@people.example'],
      worksHere: false,
    });
  });

  it('is refused to whoever may not, has not proved herself lately, or names another company’s client', async () => {
    const { id } = await newClient();
    await expect(ask(id, { as: asking(['patients:read']) })).rejects.toThrow('patients:delete');
    await expect(ask(id, { as: asking(['patients:delete'], 3_600) })).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
    await expect(ask(id, { tenant: GLOBEX })).rejects.toThrow('Client not found');
    await expect(ask(uuidv7())).rejects.toThrow('Client not found');
    expect(await eventsOf('booking.client_data_requested')).toHaveLength(1);
  });

  it('is one request however often it is sent with one key', async () => {
    const { id } = await newClient();
    const variables = { input: { clientId: ClientId.encode(id), idempotencyKey: 'once' } };
    const as = asking();
    const source = `mutation($input: ClientDataRequestInput!) { requestClientExport(input: $input) { __typename
      ... on ClientDataRequest { id request { id } } ... on UserError { code } } }`;
    const [first, second] = [await t.graphql(source, { variables, as }), await t.graphql(source, { variables, as })];
    expect(first.data?.['requestClientExport']).toMatchObject({ __typename: 'ClientDataRequest' });
    expect(second.data).toEqual(first.data);
    const unknown = { input: { clientId: ClientId.encode(uuidv7()), idempotencyKey: 'two' } };
    const refused = await t.graphql(source, { variables: unknown, as });
    expect(refused.data?.['requestClientExport']).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('gathers her bookings, and erases her name from them and calls off what has not begun', async () => {
    const { reservations, clients } = t.subgraph.services;
    const { serviceId, providerIds } = await openShop(t.subgraph.services, ACME, { clock: t.clock, price: 0 });
    const client = await newClient('ines@people.example');
    const [providerId = ''] = providerIds;
    const day = new Date(t.clock.now().getTime() + 7 * DAY_MS).toISOString().slice(0, 10);
    const booking = await reservations.create(contextFor(ACME, asking(['appointments:create', 'patients:read']), t.clock), {
      serviceId,
      providerId,
      clientId: client.id,
      startsAt: new Date(`${day}T16:00:00Z`),
      note: 'Ines cannot stand the cold',
      idempotencyKey: uuidv7(),
    });
    const told = await answerTo('EXPORT', { clientId: client.id });
    expect(told).toMatchObject({
      kind: 'EXPORT',
      sections: { client: [{ display_name: 'Ines Vidal' }], bookings: [{ id: booking.id, note: 'Ines cannot stand the cold' }] },
    });

    const erased = await answerTo('ERASURE', { clientId: client.id });
    expect(erased.sections).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ section: 'bookings', rows: 1, outcome: 'PSEUDONYMISED' }),
        expect.objectContaining({ section: 'client', rows: 1, outcome: 'PSEUDONYMISED' }),
      ]),
    );
    expect(await clients.find(systemOf(ACME, t.clock), client.id)).toMatchObject({ displayName: 'Erased client', email: null, userId: null });
    const db = t.runtime.database.tenants.of({ tenant: ACME });
    expect(await db.booking.findFirst({ where: { id: booking.id } })).toMatchObject({ status: 'CANCELLED', note: null, feeAmount: 0n });
    expect((await eventsOf('booking.cancelled')).map(({ bookingId }) => bookingId)).toContain(booking.id);
  });

  it('finds nothing of somebody nobody knows', async () => {
    expect(await answerTo('ERASURE', { userId: uuidv7() })).toEqual({ kind: 'ERASURE', sections: [] });
    const { sections } = await answerTo('EXPORT', { userId: uuidv7() });
    expect(Object.values(sections).flat()).toEqual([]);
  });
});
