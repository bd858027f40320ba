import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { BookingEvents } from '../../booking/events.js';
import { contextFor, eventually, memberOf } from '../../../tests/support/runtime.js';
import { startTestTenancy, type TestTenancy } from '../../../tests/support/tenancy.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS, type TenantPermission } from '../../_kernel/wire/permissions.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { StoredFileId } from '../ids.js';
import type { StepType } from './definition/step-types.js';
import { replay } from './instance/entry.js';
import type { RunRow } from './instance/run.store.js';
import { stateOf } from './instance/run-writer.js';
import { SHIPPED_DEFINITIONS } from './shipped/shipped.js';

const DAY = 24 * 60 * 60_000;
const SPEND = { vendorName: 'Paper & Co', yearlySpend: 500, purpose: 'Paper' };
const STARTS: readonly TenantPermission[] = ['workflows:read', 'workflows:start'];

/** A kind of step that the platform does not have: somebody calls, and says what she was told. */
const CALL_BACK = {
  name: 'CALL_BACK',
  nature: 'TASK',
  outcomes: ['REACHED', 'MISSED'],
  config: z.strictObject({ about: z.string() }),
  check: ({ about }: { about: string }, outcome: string, data: Readonly<Record<string, unknown>>) =>
    outcome === 'REACHED' && data['answer'] === undefined ? [{ field: 'data.answer', message: `must say what was told about ${about}` }] : [],
} as unknown as StepType<never>;

interface Colleague {
  readonly userId: string;
  readonly context: RequestContext;
}

describe('workflows at work', () => {
  let t: TestTenancy;
  let acme: TenantIdentity;
  let globex: TenantIdentity;
  let owner: Colleague;
  let admin: Colleague;
  let staff: Colleague;

  const w = () => t.subgraph.services.workflows;
  const colleague = async (tenant: TenantIdentity, role: string, permissions: readonly TenantPermission[]): Promise<Colleague> => {
    const userId = uuidv7();
    const email = `${role.toLowerCase()}-${userId.slice(-6)}@${tenant.slug}.example`;
    await t.tell('identity.membership_granted', { membershipId: uuidv7(), userId, email, displayName: role, roles: [role] }, { tenant });
    return { userId, context: contextFor(tenant, memberOf(permissions, { userId, roles: [role] }), t.clock) };
  };
  const vendor = (by: Colleague, entityId = `ven_${uuidv7()}`): Promise<RunRow> =>
    w().runs.start(by.context, { workflow: 'vendor-approval', entityType: 'Vendor', entityId, input: {} });
  const act = (by: Colleague, run: RunRow, outcome: string, data: Record<string, unknown> = {}) =>
    w().runs.act(by.context, run.id, run.revision, { outcome, data, comment: null });
  const look = async (run: RunRow): Promise<RunRow> => {
    const found = await w().runs.find(owner.context, run.id);
    if (!found) throw new Error('gone');
    return found;
  };
  const file = async (tenant: TenantIdentity, status: 'READY' | 'AWAITED' = 'READY'): Promise<string> => {
    const id = uuidv7();
    const now = t.clock.now();
    await t.runtime.database.tenants.of({ tenant }).storedFile.create({
      data: { id, purpose: 'DOCUMENT', name: 'a.pdf', contentType: 'application/pdf', size: 10, status, objectKey: `${tenant.id}/${id}`, createdAt: now },
    });
    return StoredFileId.encode(id);
  };

  beforeAll(async () => {
    t = await startTestTenancy({ stepTypes: [CALL_BACK] });
    [acme, globex] = [await t.company('acme'), await t.company('globex')];
    owner = await colleague(acme, 'OWNER', TENANT_PERMISSIONS);
    admin = await colleague(acme, 'ADMIN', TENANT_PERMISSIONS);
    staff = await colleague(acme, 'STAFF', STARTS);
    await t.settle(acme, globex);
  });
  afterAll(() => t.stop());

  it('takes a request through its steps to its end, and tells what came of it', async () => {
    const started = await vendor(staff);
    const asked = await act(staff, started, 'SUBMIT', SPEND);
    expect(asked).toMatchObject({ step: 'approval', isTask: true, roles: ['OWNER', 'ADMIN'] });
    const approved = await act(owner, asked, 'APPROVE');
    expect(approved.step).toBe('admit');
    await t.settle(acme);
    expect(await look(started)).toMatchObject({ status: 'ENDED', outcome: 'APPROVED', isTask: false, wakeAt: null });
    const decided = (await t.events(acme, 'tenancy.entity_decided')).filter(({ runId }) => runId === started.id);
    expect(decided).toEqual([expect.objectContaining({ entityType: 'Vendor', entityId: started.entityId, decision: 'APPROVED' })]);
  });

  it('bring in whoever registers as a client, until her address is known to be hers', async () => {
    const MINE = '{ myClientOnboarding { onboardingState run { id workflow status step { key } history { kind } } } }';
    const register = async (isVerified: boolean, tenant = acme, userId = uuidv7()) => {
      const person = { membershipId: uuidv7(), userId, email: `${userId}@acme.example`, displayName: 'Clara', roles: ['USER'], isVerified };
      await t.tell('identity.membership_granted', person, { tenant });
      return userId;
    };
    const asked = async (userId: string, tenant = acme) => {
      await t.settle(tenant);
      const { data, errors } = await t.graphql(MINE, { as: memberOf([], { userId, roles: ['USER'] }), tenant });
      expect(errors).toBeUndefined();
      return data?.['myClientOnboarding'];
    };
    const clara = await register(false);
    expect(await asked(clara)).toMatchObject({ onboardingState: 'IN_PROGRESS', run: { workflow: 'client-onboarding', step: { key: 'address' } } });
    await t.tell('identity.email_verified', { userId: uuidv7() }, { tenant: acme });
    for (let twice = 0; twice < 2; twice += 1) await t.tell('identity.email_verified', { userId: clara }, { tenant: acme });
    expect(await asked(clara)).toMatchObject({
      onboardingState: 'COMPLETE',
      run: { status: 'ENDED', step: { key: 'complete' }, history: [{ kind: 'STARTED' }, { kind: 'MOVED' }, { kind: 'ENDED' }] },
    });
    const runs = await w().runs.list(owner.context, { first: 5 }, { workflow: 'client-onboarding' });
    expect(runs.edges.map(({ node }) => node.starterId)).toEqual([clara]);

    // She shows it once, whichever of her companies it is that asks.
    const cora = await register(false, globex);
    await register(false, acme, cora);
    expect(await asked(cora)).toMatchObject({ onboardingState: 'IN_PROGRESS' });
    await t.tell('identity.email_verified', { userId: cora }, { tenant: globex });
    expect(await asked(cora, globex)).toMatchObject({ onboardingState: 'COMPLETE' });
    const complete = async () => ((await asked(cora)) as { onboardingState: string }).onboardingState === 'COMPLETE';
    await eventually(complete, 30_000);
    expect(await asked(cora, globex)).toMatchObject({ run: { history: [{ kind: 'STARTED' }, { kind: 'MOVED' }, { kind: 'ENDED' }] } });

    expect(await asked(await register(true))).toMatchObject({ onboardingState: 'COMPLETE' });
    expect(await asked(staff.userId)).toBeNull();
    expect(await asked(clara, globex)).toBeNull();
    expect(await t.deadLetters(acme)).toEqual([]);
  });

  it('keeps a history that replays to the state it is in', async () => {
    const run = await act(staff, await vendor(staff), 'SUBMIT', SPEND);
    await act(owner, await w().runs.claim(owner.context, run.id), 'REJECT');
    await t.settle(acme);
    const now = await look(run);
    const history = await w().runs.history(owner.context, now);
    expect(replay(history)).toEqual(stateOf(now));
    expect(history.map(({ kind }) => kind)).toEqual(['STARTED', 'ACTED', 'MOVED', 'ASSIGNED', 'ACTED', 'MOVED', 'MOVED', 'ENDED']);
    expect(history[1]?.actor).toEqual({ id: staff.userId, kind: 'member' });
    await expect(t.runtime.pools.platform.query("UPDATE tenancy.workflow_entry SET kind = 'X'")).rejects.toThrow();
  });

  it('lets one of many move it on who have all seen the same', async () => {
    const run = await act(staff, await vendor(staff), 'SUBMIT', SPEND);
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, at) => act(at % 2 ? owner : admin, run, at % 3 ? 'APPROVE' : 'REJECT')));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ message: 'It has moved on meanwhile; look at it again' });
    }
    await t.settle(acme);
    const history = await w().runs.history(owner.context, await look(run));
    expect(history.filter(({ kind }) => kind === 'ACTED')).toHaveLength(2);
  });

  it('is at work once on the same thing', async () => {
    const id = `ven_${uuidv7()}`;
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => vendor(staff, id)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(vendor(owner, id)).rejects.toThrow('This workflow is at work on it already');
  });

  it('names the fields that a form lacks, and the documents that were never uploaded', async () => {
    const run = await vendor(staff);
    await expect(act(staff, run, 'SUBMIT', { yearlySpend: 'much' })).rejects.toMatchObject({
      issues: expect.arrayContaining([{ field: 'data.vendorName', message: 'is required' }]) as never,
    });
    const asked = await act(staff, run, 'SUBMIT', { ...SPEND, yearlySpend: 5_000 });
    const [good, awaited, foreign] = [await file(acme), await file(acme, 'AWAITED'), await file(globex)];
    for (const bad of [awaited, foreign, 'fil_x', 'x']) {
      await expect(act(staff, asked, 'SUBMIT', { registration: good, taxForm: bad })).rejects.toMatchObject({
        issues: [{ field: 'data.taxForm', message: 'is no file that was uploaded completely' }],
      });
    }
    expect((await act(staff, asked, 'SUBMIT', { registration: good, taxForm: good })).step).toBe('approval');
  });

  it('is seen and done by those it concerns: the same as nothing to another company, and to a bystander', async () => {
    const run = await act(staff, await vendor(staff), 'SUBMIT', SPEND);
    const bystander = await colleague(acme, 'VIEWER', []);
    const stranger = await colleague(globex, 'OWNER', TENANT_PERMISSIONS);
    for (const { context } of [bystander, stranger]) {
      expect(await w().runs.find(context, run.id)).toBeNull();
      await expect(w().runs.act(context, run.id, run.revision, { outcome: 'APPROVE', data: {}, comment: null })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(w().runs.cancel(context, run.id, 'no')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(w().runs.comment(context, run.id, { text: 'hi', mentions: [] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await expect(w().runs.list(bystander.context, {}, {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(vendor(bystander)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(act(staff, run, 'APPROVE')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const ids = async ({ context }: Colleague) => (await w().runs.tasks(context, { first: 100 })).edges.map(({ node }) => node.id);
    expect(await ids(owner)).toContain(run.id);
    expect(await ids(staff)).not.toContain(run.id);
    expect(await ids(bystander)).toEqual([]);
    expect(await ids(stranger)).toEqual([]);
  });

  it('does not take a member of platform staff for a member of the company who has a role of the same name', async () => {
    const run = await act(staff, await vendor(staff), 'SUBMIT', SPEND);
    const inside = contextFor(acme, t.staff(), t.clock);
    await expect(w().runs.act(inside, run.id, run.revision, { outcome: 'APPROVE', data: {}, comment: null })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await w().runs.find(inside, run.id)).toBeNull();
  });

  it('can be delegated to a colleague, who cannot be the one who asked, and is told by mail when mentioned', async () => {
    const run = await act(staff, await vendor(staff), 'SUBMIT', SPEND);
    await expect(w().runs.delegate(owner.context, run.id, uuidv7())).rejects.toThrow('must be a member of the team');
    const deputy = await colleague(acme, 'BILLING', []);
    await t.settle(acme);
    const handed = await w().runs.delegate(owner.context, run.id, deputy.userId);
    const before = (await t.mails(acme)).length;
    await w().runs.comment(owner.context, run.id, { text: 'Please look at this one', mentions: [deputy.userId] });
    const mails = (await t.mails(acme)).slice(before);
    expect(mails).toEqual([expect.objectContaining({ template: 'NOTICE', values: { displayName: 'BILLING', title: 'You are mentioned in Vendor approval', body: 'Please look at this one' } })]);
    await act(deputy, handed, 'APPROVE');
    const acted = (await w().runs.history(owner.context, await look(run))).find((entry) => entry.kind === 'ACTED' && entry.outcome === 'APPROVE');
    expect(acted).toMatchObject({ by: deputy.userId, onBehalfOf: owner.userId });
    await expect(w().runs.comment(owner.context, run.id, { text: 'x', mentions: [uuidv7()] })).rejects.toThrow('mentions.0: must be a member');
  });

  it('is moved on by time, once, however many look', async () => {
    const run = await act(staff, await vendor(staff), 'SUBMIT', SPEND);
    t.clock.advance(5 * DAY + 1_000);
    const context = { clock: t.clock, logger: t.runtime.logger };
    await Promise.all([w().effects.wakeDue(context), w().effects.wakeDue(context), w().effects.wakeDue(context)]);
    const history = await w().runs.history(owner.context, await look(run));
    expect(history.filter(({ kind }) => kind === 'ESCALATED')).toHaveLength(1);
    expect((await look(run)).wakeAt).toBeNull();
  });

  it('greets, waits and comes back by itself', async () => {
    const before = (await t.mails(acme)).length;
    const run = await w().runs.start(staff.context, { workflow: 'customer-success', entityType: 'Client', entityId: 'cli_1', input: { name: 'Clara' } });
    await t.settle(acme);
    const greeted = (await t.mails(acme)).slice(before).filter(({ values }) => values['title'] === 'A new customer');
    expect(greeted.map(({ values }) => values['body'])).toEqual(greeted.map(() => 'Say hello to Clara.'));
    expect(greeted.length).toBeGreaterThanOrEqual(2);
    expect(await look(run)).toMatchObject({ step: 'firstWeek', isTask: false });
    t.clock.advance(7 * DAY + 1_000);
    await w().effects.wakeDue({ clock: t.clock, logger: t.runtime.logger });
    expect(await look(run)).toMatchObject({ step: 'checkIn', isTask: true });
    await t.replay(acme);
    expect((await t.mails(acme)).slice(before).filter(({ values }) => values['title'] === 'A new customer')).toHaveLength(greeted.length);
  });

  it('admits a provider once her papers are checked and approved, and grants her the role', async () => {
    const candidate = await colleague(acme, 'VIEWER', []);
    await t.settle(acme);
    const entityId = `prv_${uuidv7().replaceAll('-', '')}`;
    let run = await w().runs.start(staff.context, { workflow: 'provider-onboarding', entityType: 'Provider', entityId, input: { userId: candidate.userId } });
    run = await act(staff, run, 'SUBMIT', { legalName: 'Petra', country: 'DE', isRegulated: true });
    run = await act(staff, run, 'SUBMIT', { identityCard: await file(acme) });
    expect(run.step).toBe('licence');
    run = await act(staff, run, 'SUBMIT', { licence: await file(acme) });
    await expect(act(owner, run, 'VERIFY', { checked: ['No document has expired'] })).rejects.toThrow('lacks: The picture is readable');
    run = await act(owner, run, 'VERIFY', { checked: ['The name is the same in all documents', 'No document has expired', 'The picture is readable'] });
    expect(await t.events(acme, 'tenancy.role_grant_requested')).toEqual([]);
    await act(owner, run, 'APPROVE');
    await t.settle(acme);
    expect(await t.events(acme, 'tenancy.role_grant_requested')).toEqual([{ userId: candidate.userId, role: 'PRACTITIONER', because: run.id }]);
    const decided = (await t.events(acme, 'tenancy.entity_decided')).filter(({ runId }) => runId === run.id);
    expect(decided).toMatchObject([{ entityType: 'Provider', entityId, decision: 'APPROVED' }]);
    expect(await t.deadLetters(acme)).toEqual([]);
  });

  it('runs steps of a kind that was registered, by its own words and rules', async () => {
    const end = (key: string, outcome: string) => ({ key, name: key, type: 'END', config: { outcome } });
    const call = { key: 'call', name: 'Call', type: 'CALL_BACK', candidateRoles: ['STAFF'], config: { about: 'the offer' } };
    const publish = (step: object) =>
      w().definitions.publish(owner.context, {
        key: 'call-back', name: 'Call back', entityType: 'Client', start: 'call',
        steps: [step, end('told', 'TOLD'), end('missed', 'MISSED')],
        transitions: [{ from: 'call', on: 'REACHED', to: 'told' }, { from: 'call', on: 'MISSED', to: 'missed' }],
      });
    await expect(publish({ ...call, config: { about: 7 } })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await publish(call);
    const start = () => w().runs.start(staff.context, { workflow: 'call-back', entityType: 'Client', entityId: `cli_${uuidv7()}`, input: {} });
    const [one, other] = [await start(), await start()];
    await expect(act(staff, one, 'REACHED')).rejects.toThrow('data.answer: must say what was told about the offer');
    await expect(act(staff, one, 'SUBMIT')).rejects.toThrow('This step ends with REACHED or MISSED');
    expect(await act(staff, one, 'REACHED', { answer: 'yes' })).toMatchObject({ status: 'ENDED', outcome: 'TOLD' });
    expect(await act(staff, other, 'MISSED')).toMatchObject({ status: 'ENDED', outcome: 'MISSED' });
  });

  it('lets staff of the platform review a company that has come', async () => {
    const reviewer = t.staff();
    const other = t.staff();
    const at = (principal: typeof reviewer) => contextFor(PLATFORM_TENANT, principal, t.clock);
    const run = await w().runs.start(at(reviewer), { workflow: 'tenant-onboarding-review', entityType: 'Tenant', entityId: 'tnt_1', input: {} });
    const checked = ['The company exists', 'Its business is one we serve', 'Its address can be reached'];
    const seen = await w().runs.act(at(other), run.id, 1, { outcome: 'VERIFY', data: { checked }, comment: null });
    await expect(w().runs.act(at(reviewer), run.id, seen.revision, { outcome: 'APPROVE', data: {}, comment: null })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await w().runs.act(at(other), run.id, seen.revision, { outcome: 'APPROVE', data: {}, comment: 'good' })).step).toBe('admit');
  });

  describe('definitions', () => {
    const own = (over: object = {}) => ({ ...structuredClone(SHIPPED_DEFINITIONS.get('vendor-approval')), ...over });

    it("are a company's own beside the platform's, and running ones stay with their version", async () => {
      const before = await vendor(staff);
      const published = await w().definitions.publish(owner.context, own({ name: 'Our vendors', start: 'documents', steps: own().steps?.slice(1), transitions: own().transitions?.slice(2) }));
      expect(published).toMatchObject({ version: 2, origin: 'TENANT' });
      const again = await w().definitions.publish(owner.context, published.definition);
      expect(again.version).toBe(2);
      expect((await act(staff, before, 'SUBMIT', SPEND)).version.version).toBe(1);
      expect((await vendor(staff)).step).toBe('documents');
      const there = await colleague(globex, 'STAFF', STARTS);
      expect((await vendor(there)).step).toBe('request');
      const changes = await w().definitions.diff(owner.context, 'vendor-approval', 1, 2);
      expect(changes).toContainEqual({ change: 'REMOVED', what: 'STEP', name: 'request', properties: [] });
      expect(await w().definitions.reset(owner.context, 'vendor-approval')).toMatchObject({ version: 3, origin: 'PLATFORM' });
      expect((await vendor(staff)).step).toBe('request');
      expect((await w().definitions.list(owner.context)).map(({ key, version }) => [key, version])).toContainEqual(['vendor-approval', 3]);
    });

    it('are made by those who may, and hand out roles only by those who may', async () => {
      await expect(w().definitions.publish(staff.context, own())).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const manager = await colleague(acme, 'ADMIN', ['workflows:manage']);
      await expect(w().definitions.publish(manager.context, SHIPPED_DEFINITIONS.get('provider-onboarding'))).rejects.toThrow('users:manage');
      await expect(w().definitions.publish(owner.context, own({ start: 'nowhere' }))).rejects.toMatchObject({ issues: [{ field: 'start', message: 'is no step of it' }] });
    });

    it('take running workflows along to another version, after saying what would become of each', async () => {
      const key = 'leave';
      const base = own({ key, entityType: 'Leave' });
      await w().definitions.publish(owner.context, base);
      const start = (entityId: string) => w().runs.start(staff.context, { workflow: key, entityType: 'Leave', entityId, input: {} });
      const [first, second] = [await start('a'), await start('b')];
      await act(staff, second, 'SUBMIT', SPEND);
      const text = JSON.stringify(base).replaceAll('"approval"', '"consent"');
      await w().definitions.publish(owner.context, JSON.parse(text));
      const request = { workflow: key, toVersion: 2, steps: [], dryRun: true };
      const expected = [
        { runId: first.id, fromStep: 'request', toStep: 'request', reason: null },
        { runId: second.id, fromStep: 'approval', toStep: null, reason: 'Version 2 has no step approval; map approval to another' },
      ];
      expect(await w().migrations.migrate(owner.context, request)).toEqual(expected);
      expect((await look(first)).version.version).toBe(1);
      const steps = [{ from: 'approval', to: 'consent' }];
      await w().migrations.migrate(owner.context, { ...request, steps, dryRun: false });
      expect([(await look(first)).version.version, (await look(second)).version.version]).toEqual([2, 2]);
      expect((await act(owner, await look(second), 'REJECT')).step).toBe('turnDown');
      expect(await w().migrations.migrate(owner.context, request)).toEqual([]);
      await expect(w().migrations.migrate(staff.context, request)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });
  });

  describe('rules', () => {
    const cancelled = { bookingId: uuidv7(), reference: 'BK-1', serviceName: 'Massage', providerName: 'Petra', reason: 'ill' };
    const tellBooking = (tenant: TenantIdentity, over: object = {}) =>
      t.tell('booking.cancelled' as never, { ...cancelled, ...over } as unknown as BookingEvents['booking.cancelled'] as never, { tenant });
    const rule = (over: object = {}) => ({
      name: 'Tell us',
      event: 'booking.cancelled',
      condition: "event.reason == 'ill'",
      actions: [{ do: 'NOTIFY', roles: ['ADMIN'], title: 'Cancelled: {{event.reference}}', body: '{{event.serviceName}} with {{event.providerName}}' }],
      ...over,
    });

    it('send one mail when a booking is cancelled, also when the event is read again', async () => {
      const lonely = await t.company('lonely');
      const boss = await colleague(lonely, 'ADMIN', TENANT_PERMISSIONS);
      const made = await w().automation.create(boss.context, rule());
      await tellBooking(lonely);
      await tellBooking(lonely, { reason: 'bored' });
      await t.settle(lonely);
      const sent = async () => (await t.mails(lonely)).filter(({ template }) => template === 'NOTICE').map(({ values }) => [values['title'], values['body']]);
      expect(await sent()).toEqual([['Cancelled: BK-1', 'Massage with Petra']]);
      await t.replay(lonely);
      expect(await sent()).toHaveLength(1);
      expect(await w().automation.runs(boss.context, made)).toMatchObject([{ status: 'DONE', reason: null }]);
      await w().automation.setEnabled(boss.context, made.id, false);
      await tellBooking(lonely);
      await t.settle(lonely);
      expect(await sent()).toHaveLength(1);
    });

    it('that cause one another end', async () => {
      const looping = await t.company('looping');
      const boss = await colleague(looping, 'OWNER', TENANT_PERMISSIONS);
      const { steps, transitions } = own();
      const atOnce = { key: 'ping', name: 'Ping', entityType: 'Ping', start: 'hello', steps: [{ key: 'hello', name: 'Hello', type: 'NOTIFICATION', config: { notice: { do: 'NOTIFY', roles: ['OWNER'], title: 'ping', body: '' } } }, ...(steps ?? []).filter(({ key }) => key === 'approved')], transitions: [{ from: 'hello', on: 'DONE', to: 'approved' }] };
      expect(transitions).toBeDefined();
      await w().definitions.publish(boss.context, atOnce);
      const made = await w().automation.create(boss.context, {
        name: 'Again',
        event: 'tenancy.workflow_ended',
        condition: null,
        actions: [{ do: 'START_WORKFLOW', workflow: 'ping', entityType: 'Ping', entityId: 'event.entityId' }],
      });
      await w().runs.start(boss.context, { workflow: 'ping', entityType: 'Ping', entityId: 'p1', input: {} });
      await t.settle(looping);
      const runs = await w().automation.runs(boss.context, made);
      expect(runs.map(({ status }) => status)).toEqual(['REFUSED', 'DONE', 'DONE', 'DONE', 'DONE', 'DONE']);
    });

    it('say what they could not do, and are refused for what nobody could', async () => {
      const made = await w().automation.create(owner.context, rule({ actions: [{ do: 'GRANT_ROLE', role: 'STAFF', user: 'event.nobody' }] }));
      await tellBooking(acme);
      await t.settle(acme);
      expect(await w().automation.runs(owner.context, made)).toMatchObject([{ status: 'INCOMPLETE', reason: 'GRANT_ROLE: what it needs is not there' }]);
      const create = (over: object, by = owner) => w().automation.create(by.context, rule(over));
      await expect(create({ event: 'ops.incident_raised' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      await expect(create({ condition: 'input.a == 1' })).rejects.toThrow('condition: expected a value, or a name that begins with event');
      await expect(create({ actions: [{ do: 'DECIDE', decision: 'APPROVED' }] })).rejects.toThrow('only a workflow decides');
      await expect(create({}, staff)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const manager = await colleague(acme, 'ADMIN', ['workflows:manage']);
      await expect(w().automation.setEnabled(manager.context, made.id, true)).rejects.toThrow('users:manage');
      const stranger = await colleague(globex, 'OWNER', TENANT_PERMISSIONS);
      await expect(w().automation.setEnabled(stranger.context, made.id, false)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  function own() {
    return structuredClone(SHIPPED_DEFINITIONS.get('vendor-approval')) ?? { steps: [], transitions: [] };
  }
});
