import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ACME,
  contextFor,
  GLOBEX,
  memberOf,
  startTestRuntime,
  type TestRuntime,
} from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantPermission } from '../../_kernel/wire/permissions.js';
import { keepMember } from '../member/member.store.js';
import type { BookingServices } from '../services.js';
import { createBooking } from '../subgraph.js';

describe('clients', () => {
  let runtime: TestRuntime;
  let services: BookingServices;

  beforeAll(async () => {
    runtime = await startTestRuntime();
    ({ services } = createBooking(runtime));
  });
  afterAll(() => runtime.stop());

  const as = (permissions: readonly TenantPermission[], tenant = ACME) => contextFor(tenant, memberOf(permissions));
  const staff = (tenant = ACME) => as(['patients:create', 'patients:read'], tenant);

  it('are kept by who may, with every rule they break named', async () => {
    const input = { displayName: ' ', email: 'nowhere', phone: '030 123' };
    await expect(services.clients.create(as(['patients:read']), input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(services.clients.create(staff(), input)).rejects.toMatchObject({
      issues: [{ field: 'displayName' }, { field: 'email' }, { field: 'phone' }],
    });
  });

  it('have one record for each user, however often and at once it is asked for', async () => {
    const userId = uuidv7();
    await keepMember(runtime.database.tenants.of({ tenant: ACME }), userId);
    await runtime.everythingTold();
    const before = await runtime.log.head();
    const kept = await Promise.all(
      Array.from({ length: 10 }, () => services.clients.create(staff(), { displayName: 'Ada', userId })),
    );
    expect(new Set(kept.map((client) => client.id)).size).toBe(1);
    const fuller = await services.clients.create(staff(), { displayName: 'Other', userId, phone: '+4930123456' });
    expect(fuller).toMatchObject({ id: kept[0]?.id, displayName: 'Ada', phone: '+4930123456' });
    await runtime.everythingTold();
    const events = await runtime.log.read({ after: before, limit: 20, tenantId: ACME.id });
    expect(events.map((event) => event.type)).toEqual(['booking.client_kept', 'booking.client_kept']);
  });

  it('are of no user but a member of the company', async () => {
    const refused = { code: 'BAD_USER_INPUT', issues: [{ field: 'userId', message: 'must be a member of the company' }] };
    const theirs = uuidv7();
    await keepMember(runtime.database.tenants.of({ tenant: GLOBEX }), theirs);
    for (const userId of [theirs, uuidv7()]) {
      await expect(services.clients.create(staff(), { displayName: 'Nobody', userId })).rejects.toMatchObject(refused);
    }
    await expect(services.clients.create(staff(GLOBEX), { displayName: 'Theirs', userId: theirs })).resolves.toMatchObject({ userId: theirs });
  });

  it('are seen by who looks after clients, and only in their own tenant', async () => {
    const { id } = await services.clients.create(staff(), { displayName: 'Grace', email: 'Grace@Acme.example' });
    expect(await services.clients.find(staff(), id)).toMatchObject({ email: 'grace@acme.example', userId: null });
    expect(await services.clients.find(as([]), id)).toBeNull();
    expect(await services.clients.find(staff(GLOBEX), id)).toBeNull();
    await expect(services.clients.list(as([]), {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await services.clients.list(staff(GLOBEX), {})).edges.map(({ node }) => node.displayName)).toEqual(['Theirs']);
    const listed = await services.clients.list(staff(), { last: 1 });
    expect(listed.edges.map((edge) => edge.node.id)).toEqual([id]);
  });

  it('are changed by who may, and what is left out stays', async () => {
    const { id } = await services.clients.create(staff(), { displayName: 'Mary', email: 'mary@acme.example', phone: '+4930123456' });
    const carer = as(['patients:update']);
    expect(await services.clients.update(carer, id, { displayName: 'Mary Ann', phone: null })).toMatchObject({
      displayName: 'Mary Ann',
      email: 'mary@acme.example',
      phone: null,
    });
    await expect(services.clients.update(staff(), id, { phone: null })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(services.clients.update(carer, id, { email: 'nowhere' })).rejects.toMatchObject({ issues: [{ field: 'email' }] });
    for (const [context, unknown] of [[as(['patients:update'], GLOBEX), id], [carer, uuidv7()]] as const) {
      await expect(services.clients.update(context, unknown, { phone: null })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});
