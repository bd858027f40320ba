import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemOf } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantPermission } from '../../_kernel/wire/permissions.js';
import type { BookingEvents } from '../events.js';
import { ClientId } from '../ids.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

describe('what is noted of a client’s health', () => {
  let hosted: HostedSubgraph<BookingServices, BookingEvents>;
  let services: BookingServices;
  let clientId: string;
  const SECRET = 'Allergic to almonds';
  const as = (permissions: readonly TenantPermission[], tenant = ACME) => contextFor(tenant, memberOf(permissions));
  const carer = (tenant = ACME) => as(['patients:create', 'patients:read', 'patients:update'], tenant);

  beforeAll(async () => {
    hosted = await startHostedSubgraph(createBooking);
    services = hosted.subgraph.services;
    ({ id: clientId } = await services.clients.create(systemOf(ACME), { displayName: 'Grace', userId: uuidv7() }));
    await services.medicalRecords.note(carer(), clientId, SECRET);
  });
  afterAll(() => hosted.stop());

  const eventsOf = async (type: string) => {
    const { rows } = await hosted.runtime.pools.platform.query<{ payload: Record<string, unknown> }>(
      'SELECT payload FROM kernel.outbox_event WHERE type = $1 ORDER BY id',
      [type],
    );
    return rows.map(({ payload }) => payload);
  };

  it('is read with a reason, which the audit trail is told together with the reading', async () => {
    const { notes, client } = await services.medicalRecords.read(carer(), clientId, 'Treatment on Monday');
    expect(notes.map(({ text }) => text)).toEqual([SECRET]);
    expect(client.displayName).toBe('Grace');
    expect((await eventsOf('booking.medical_record_read')).at(-1)).toEqual({
      clientId,
      clientUserId: client.userId,
      accessReason: 'Treatment on Monday',
      notes: 1,
    });
  });

  it.each(['', '    ', 'x'])('is not read for the reason %p, and nothing is told then', async (reason) => {
    const before = (await eventsOf('booking.medical_record_read')).length;
    await expect(services.medicalRecords.read(carer(), clientId, reason)).rejects.toMatchObject({
      issues: [{ field: 'accessReason' }],
    });
    expect(await eventsOf('booking.medical_record_read')).toHaveLength(before);
  });

  it('is for those who look after clients, of their own company: another’s id is an unknown id', async () => {
    const { medicalRecords } = services;
    await expect(medicalRecords.read(as(['appointments:read', 'billing:read']), clientId, 'Curious about her')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(medicalRecords.note(as(['patients:read']), clientId, 'Something')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    for (const [context, id] of [[carer(GLOBEX), clientId], [carer(), uuidv7()]] as const) {
      await expect(medicalRecords.read(context, id, 'Treatment on Monday')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(medicalRecords.note(context, id, 'Something')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('stands nowhere in the clear: not in its table, nor in any event', async () => {
    const { rows } = await hosted.runtime.pools.platform.query<{ found: string }>(
      `SELECT (SELECT count(*) FROM booking.medical_note WHERE to_jsonb(medical_note)::text LIKE $1)
            + (SELECT count(*) FROM kernel.outbox_event WHERE payload::text LIKE $1) AS found`,
      [`%almonds%`],
    );
    expect(rows[0]?.found).toBe('0');
  });

  it('is never changed, neither by the application nor by the platform', async () => {
    for (const pool of [hosted.runtime.pools.app, hosted.runtime.pools.platform]) {
      await expect(pool.query('UPDATE booking.medical_note SET sealed = sealed')).rejects.toThrow('permission denied');
    }
  });

  it('is no part of a client’s record otherwise, and in the graph asks for its reason, too', async () => {
    const id = ClientId.encode(clientId);
    const carerOfHers = memberOf(['patients:read', 'patients:update']);
    const READ = `query Read($id: ID!, $reason: String!) { clientMedicalRecord(id: $id, accessReason: $reason) { client { displayName } notes { text } } }`;
    const seen = await hosted.graphql(READ, { as: carerOfHers, variables: { id, reason: 'Treatment on Monday' } });
    expect(seen.data).toEqual({ clientMedicalRecord: { client: { displayName: 'Grace' }, notes: [{ text: SECRET }] } });
    const without = await hosted.graphql(READ, { as: carerOfHers, variables: { id, reason: '' } });
    expect(without.data).toEqual({ clientMedicalRecord: null });
    expect(without.errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    const refused = await hosted.graphql(READ, { as: memberOf(['appointments:read']), variables: { id, reason: 'Treatment on Monday' } });
    expect(refused.data).toEqual({ clientMedicalRecord: null });
    const NOTE = `mutation Note($input: AddMedicalNoteInput!) { addMedicalNote(input: $input) { __typename ... on MedicalNote { text } } }`;
    const noted = await hosted.graphql(NOTE, { as: carerOfHers, variables: { input: { clientId: id, text: 'Better' } } });
    expect(noted.data).toEqual({ addMedicalNote: { __typename: 'MedicalNote', text: 'Better' } });
  });
});
