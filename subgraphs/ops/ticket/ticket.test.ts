import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startMailbox, type Mailbox } from '../../../infra/local/doubles/mailbox/mailbox.js';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, contextFor, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { PlatformPermission } from '../../_kernel/wire/permissions.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { AdminUserId } from '../../identity/ids.js';
import { generateTicketNumber, priorityOn, requireStep } from './ticket.js';

const NUMBER = /^TKT-\d{8}-[2-9A-HJ-NP-Z]{6}$/;

const CREATE = `mutation($input: CreateSupportTicketInput!) {
  createSupportTicket(input: $input) { __typename ... on SupportTicket { id ticketNumber status priority } ... on ValidationError { issues { field } } }
}`;
const REPLY = `mutation($id: ID!, $body: String!, $internal: Boolean) { replyToSupportTicket(id: $id, body: $body, isInternal: $internal) { __typename ... on SupportTicket { status answeredAt } } }`;
const STATUS = `mutation($id: ID!, $status: TicketStatus!) { changeSupportTicketStatus(id: $id, status: $status) { __typename ... on SupportTicket { status resolutionTimeMinutes } ... on InvalidTransitionError { from to } } }`;
const PRIORITY = `mutation($id: ID!) { changeSupportTicketPriority(id: $id, priority: LOW) { __typename ... on SupportTicket { priority } } }`;
const ASSIGN = `mutation($id: ID!, $adminId: ID) { assignSupportTicket(id: $id, adminId: $adminId) { __typename ... on SupportTicket { assigneeId } } }`;
const ONE = `query($id: ID!) { supportTicket(id: $id) { ticketNumber subject messages { body isInternal authorKind } } }`;
const ALL = `query($assignee: ID) { supportTickets(assigneeId: $assignee) { edges { node { id ticketNumber } } } }`;

const staff = (...permissions: readonly PlatformPermission[]): Extract<Principal, { kind: 'platform' }> => ({
  kind: 'platform',
  adminId: uuidv7(),
  sessionId: uuidv7(),
  roles: ['SUPPORT'],
  permissions,
  assurance: { level: 'aal2', at: Math.floor(Date.now() / 1_000) },
});

describe('support tickets', () => {
  let mailbox: Mailbox;
  let t: TestOps;
  const userId = uuidv7();
  const customer = memberOf([], { userId });
  const colleague = memberOf([]);
  const owner = memberOf(['settings:read'], { roles: ['OWNER'] });
  const support = staff('platform:support:read', 'platform:support:manage');

  beforeEach(async () => {
    mailbox = await startMailbox();
    t = await startTestOps({ smtpUrl: mailbox.smtpUrl });
    await t.tell('tenancy.tenant_created', { tenant: ACME });
    await t.tell('identity.membership_granted', { membershipId: uuidv7(), userId, email: 'ann@acme.example', displayName: 'Ann', roles: ['USER'] });
    await t.settle();
  });
  afterEach(async () => {
    await t.stop();
    await mailbox.stop();
  });

  const ask = async <Result>(source: string, variables: Readonly<Record<string, unknown>>, as: Principal, tenant?: TenantIdentity): Promise<Result> => {
    const at = tenant ?? (as.kind === 'platform' ? PLATFORM_TENANT : ACME);
    const { data } = await t.graphql(source, { as, variables, tenant: at });
    return Object.values(data ?? {})[0] as Result;
  };
  const open = async (key = uuidv7(), priority?: string): Promise<{ id: string; ticketNumber: string }> =>
    ask(CREATE, { input: { subject: 'It does not print', body: 'The invoice <b>stays</b> blank.', priority, idempotencyKey: key } }, customer);

  test('are confirmed by mail with their number, and opened once for a key', async () => {
    const ticket = await open('k1');
    expect(ticket).toMatchObject({ ticketNumber: expect.stringMatching(NUMBER), status: 'OPEN', priority: 'MEDIUM' });
    expect(await open('k1')).toEqual(ticket);
    await t.settle();
    const mail = await eventually(async () => mailbox.messages('ann@acme.example')[0]);
    expect(mail).toMatchObject({ subject: `We have your request ${ticket.ticketNumber}`, html: expect.stringContaining(ticket.ticketNumber) });
    expect(mailbox.messages()).toHaveLength(1);
  });

  test('are assigned, answered and resolved by staff, and how long that took is known', async () => {
    const { id } = await open();
    const adminId = AdminUserId.encode(support.adminId);
    expect(await ask(ASSIGN, { id, adminId }, support)).toMatchObject({ assigneeId: adminId });
    expect(await ask(ALL, { assignee: adminId }, support)).toMatchObject({ edges: [{ node: { id } }] });
    expect(await ask(STATUS, { id, status: 'IN_PROGRESS' }, support)).toMatchObject({ status: 'IN_PROGRESS', resolutionTimeMinutes: null });
    expect(await ask(REPLY, { id, body: 'Which printer?' }, support)).toMatchObject({ answeredAt: expect.any(String) });
    expect(await ask(STATUS, { id, status: 'WAITING_FOR_CUSTOMER' }, support)).toMatchObject({ status: 'WAITING_FOR_CUSTOMER' });
    expect(await ask(REPLY, { id, body: 'The small one' }, customer)).toMatchObject({ status: 'IN_PROGRESS' });
    t.clock.advance(90 * 60_000);
    expect(await ask(STATUS, { id, status: 'RESOLVED' }, support)).toMatchObject({ status: 'RESOLVED', resolutionTimeMinutes: 90 });
    expect(await ask(STATUS, { id, status: 'WAITING_FOR_CUSTOMER' }, support)).toEqual({ __typename: 'InvalidTransitionError', from: 'RESOLVED', to: 'WAITING_FOR_CUSTOMER' });
    expect(await ask(REPLY, { id, body: 'Not quite' }, customer)).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await ask(STATUS, { id, status: 'CLOSED' }, customer)).toMatchObject({ status: 'CLOSED' });
    expect(await ask(REPLY, { id, body: 'One more thing' }, customer)).toEqual({ __typename: 'ConflictError' });
    const told = await ask<{ edges: unknown[] }>(`{ notifications { edges { node { kind title } } } }`, {}, customer);
    expect(told.edges).toMatchObject([{ node: { kind: 'TICKET_ANSWERED' } }]);
  });

  test('hold what staff says among itself from the company', async () => {
    const { id } = await open();
    await ask(REPLY, { id, body: 'A difficult one', internal: true }, support);
    expect(await ask(ONE, { id }, customer)).toMatchObject({ messages: [{ body: 'The invoice <b>stays</b> blank.', authorKind: 'MEMBER' }] });
    expect(await ask(ONE, { id }, support)).toMatchObject({ messages: [{}, { body: 'A difficult one', isInternal: true }] });
    expect(await ask(REPLY, { id, body: 'psst', internal: true }, customer)).toEqual({ __typename: 'ForbiddenError' });
    expect(await ask(`{ notifications { edges { node { kind } } } }`, {}, customer)).toEqual({ edges: [] });
  });

  test('are seen by who asked, by who may read the settings, and by no other company', async () => {
    const { id } = await open();
    for (const as of [customer, owner, support]) expect(await ask(ONE, { id }, as)).toMatchObject({ subject: 'It does not print' });
    for (const [as, tenant] of [[colleague, ACME], [owner, GLOBEX], [staff('platform:tenants:read'), PLATFORM_TENANT]] as const) {
      expect(await ask(ONE, { id }, as, tenant)).toBeNull();
      const list = await ask<{ edges: unknown[] } | null>(ALL, {}, as, tenant);
      expect(list?.edges ?? []).toEqual([]);
    }
    for (const [source, variables] of [[REPLY, { id, body: 'x' }], [STATUS, { id, status: 'CLOSED' }]] as const) {
      expect(await ask(source, variables, colleague)).toMatchObject({ __typename: 'NotFoundError' });
      expect(await ask(source, variables, owner, GLOBEX)).toMatchObject({ __typename: 'NotFoundError' });
    }
    for (const source of [PRIORITY, ASSIGN]) {
      expect(await ask(source, { id }, customer)).toEqual({ __typename: 'ForbiddenError' });
      expect(await ask(source, { id }, staff('platform:support:read'))).toEqual({ __typename: 'ForbiddenError' });
    }
    expect(await ask(STATUS, { id, status: 'IN_PROGRESS' }, customer)).toMatchObject({ __typename: 'ForbiddenError' });
  });

  test('name what is wrong with them', async () => {
    const input = { subject: ' ', body: '', idempotencyKey: 'k' };
    expect(await ask(CREATE, { input }, customer)).toMatchObject({ __typename: 'ValidationError', issues: [{ field: 'subject' }, { field: 'body' }] });
  });

  test('opened at the same time all have a number of their own', async () => {
    const numbers: string[] = [];
    // As many lanes as there are connections; a person without an address, so that no thousand mails go out.
    const lane = async (name: number, count: number): Promise<void> => {
      const context = contextFor(ACME, colleague, t.clock);
      for (let n = 0; n < count; n += 1) {
        const input = { subject: 'It does not print', body: 'At all.', idempotencyKey: `parallel-${name}-${n}` };
        numbers.push((await t.subgraph.services.tickets.open(context, input)).number);
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, name) => lane(name, name < 4 ? 84 : 83)));
    expect(numbers).toHaveLength(1_000);
    expect(numbers.filter((number) => !NUMBER.test(number))).toEqual([]);
    expect(new Set(numbers).size).toBe(1_000);
  });
});

describe('the number of a ticket', () => {
  test('names the day, and is another one every time', () => {
    const now = new Date('2027-05-02T23:59:00Z');
    // So few that two alike are a matter of one in two hundred thousand: the table, not chance, keeps numbers apart.
    const numbers = Array.from({ length: 100 }, () => generateTicketNumber(now));
    for (const number of numbers) expect(number).toMatch(NUMBER);
    expect(numbers[0]).toMatch(/^TKT-20270502-/);
    expect(new Set(numbers).size).toBe(100);
  });
});

describe('a ticket', () => {
  test('of a company with priority support goes a step ahead', () => {
    expect(priorityOn('ENTERPRISE', 'MEDIUM')).toBe('HIGH');
    expect(priorityOn('ENTERPRISE', 'URGENT')).toBe('URGENT');
    expect(priorityOn('STARTER', 'MEDIUM')).toBe('MEDIUM');
  });

  test('that is closed stays so', () => {
    expect(() => requireStep('CLOSED', 'OPEN')).toThrow('closed');
    expect(() => requireStep('OPEN', 'RESOLVED')).not.toThrow();
  });
});
