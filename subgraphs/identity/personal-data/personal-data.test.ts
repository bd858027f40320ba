import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestIdentity, type TestIdentity } from '../../../tests/support/identity.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { hashOfEmail } from '../../_kernel/mail/mail.js';
import { sealAnswer, type PersonalDataAnswers, type PersonalDataKind } from '../../_kernel/personal-data/personal-data.js';
import { createJobQueue } from '../../_kernel/jobs/job-queue.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import { SUBGRAPH_NAMES } from '../../_kernel/wire/subgraph-names.js';
import { ANONYMOUS } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { PersonalDataRequestId } from '../ids.js';
import { daysAfter } from './personal-data-request.js';

const PASSWORD = 'Spine-demo-1!';
const DAY_MS = 24 * 60 * 60 * 1_000;
const OTHERS = SUBGRAPH_NAMES.filter((name) => name !== 'identity');

describe('requests for personal data', () => {
  let t: TestIdentity;
  let count = 0;

  const personalData = () => t.subgraph.services.personalData;

  const member = (userId: string, of: { readonly permissions?: readonly ['patients:delete']; readonly stale?: boolean } = {}) => {
    const principal = memberOf(of.permissions ?? [], { userId, roles: ['USER'] });
    if (principal.kind !== 'member') throw new Error('Not a member');
    const at = Math.floor(t.clock.now().getTime() / 1_000) - (of.stale ? 3_600 : 0);
    return { ...principal, assurance: { level: 'aal1', at } } as const;
  };
  const at = (userId: string, of: Parameters<typeof member>[1] & { readonly tenant?: TenantIdentity } = {}): RequestContext =>
    contextFor(of.tenant ?? ACME, member(userId, of), t.clock);
  const staff = () => at(uuidv7(), { permissions: ['patients:delete'] });

  /** A new client of Acme who is signed in there. */
  const join = async (): Promise<{ readonly userId: string; readonly email: string }> => {
    const email = `person-${(count += 1)}@acme.example`;
    const input = { email, password: PASSWORD, displayName: `Person ${count}` };
    await t.subgraph.services.registration.register(contextFor(ACME, undefined, t.clock), input);
    const { userId } = await t.subgraph.services.sessions.login(contextFor(ACME, undefined, t.clock), { email, password: PASSWORD });
    return { userId, email };
  };

  /** The other subgraphs answer, as they do by themselves. */
  const othersAnswer = async (requestId: string, kind: PersonalDataKind, tenant = ACME): Promise<void> => {
    const outbox = t.runtime.outbox.for<PersonalDataAnswers>();
    const context = contextFor(tenant, { kind: 'system', name: 'test' }, t.clock);
    await t.runtime.database.tenants.transaction(context, async (db) => {
      for (const name of OTHERS) {
        const answer = kind === 'EXPORT' ? { kind, sections: { [name]: [{ of: name }] } } : { kind, sections: [] };
        const sealedAnswer = sealAnswer(t.runtime.secretBox, requestId, answer);
        await outbox.emit(db, context, `${name}.personal_data_answered`, { requestId, sealedAnswer });
      }
    });
    await t.settle(tenant);
  };

  const carryOut = async (): Promise<void> => {
    const schedule = t.subgraph.schedules.find(({ name }) => name === 'carry-out-personal-data-requests');
    const { clock } = t;
    await schedule?.run(systemContext({ name: 'test', tenant: PLATFORM_TENANT, clock, logger: t.runtime.logger }));
    await t.settle();
  };
  const kept = async (id: string) => {
    const row = await t.runtime.database.tenants.of({ tenant: ACME }).personalDataRequest.findFirst({ where: { id } });
    if (!row) throw new Error('There is no such request');
    return row;
  };
  const tokenIn = (url: string): string => new URL(url).searchParams.get('token') ?? '';

  /** An export of hers that can be fetched. */
  const readyExport = async (userId: string): Promise<string> => {
    const { id } = await personalData().requestExport(at(userId), uuidv7());
    await t.settle();
    await othersAnswer(id, 'EXPORT');
    return id;
  };

  beforeAll(async () => {
    t = await startTestIdentity();
  });
  afterAll(() => t.stop());

  it('gather from every subgraph, and tell her by mail when all have answered', async () => {
    const { userId, email } = await join();
    const { id } = await personalData().requestExport(at(userId), 'key-1');
    await t.settle();
    expect((await kept(id)).status).toBe('AT_WORK');
    await expect(personalData().prepareDownload(at(userId), id)).rejects.toThrow('nothing to fetch');
    await othersAnswer(id, 'EXPORT');
    const { status, readyAt, expiresAt } = await kept(id);
    expect(status).toBe('READY');
    expect(expiresAt).toEqual(daysAfter(readyAt ?? new Date(0), 7));
    expect((await t.mails(email))[0]).toMatchObject({ template: 'NOTICE' });

    const { url } = await personalData().prepareDownload(at(userId), id);
    expect(url).toMatch(/^http:\/\/acme\.spine\.example\/account\/personal-data\?token=pdl_/);
    const archive = await personalData().fetch(contextFor(ACME, undefined, t.clock), tokenIn(url));
    expect(JSON.parse(archive?.json ?? '')).toMatchObject({
      format: 'spine-personal-data',
      version: 1,
      company: { slug: 'acme' },
      subgraphs: { identity: { account: [{ id: userId, email }] }, ops: { ops: [{ of: 'ops' }] } },
    });
    expect(archive?.json).not.toContain('token_hash');
  });

  it('are made once per key, and one at a time', async () => {
    const { userId } = await join();
    const first = await personalData().requestExport(at(userId), 'same');
    expect((await personalData().requestExport(at(userId), 'same')).id).toBe(first.id);
    await expect(personalData().requestExport(at(userId), 'another')).rejects.toThrow('under way');
    await expect(personalData().requestExport(at(userId), '')).rejects.toThrow('idempotencyKey');
  });

  it('give a link that is good once, for a quarter of an hour, at one company', async () => {
    const { userId } = await join();
    const id = await readyExport(userId);
    const fetchAt = (token: string, tenant = ACME) => personalData().fetch(contextFor(tenant, undefined, t.clock), token);
    const first = tokenIn((await personalData().prepareDownload(at(userId), id)).url);
    const second = tokenIn((await personalData().prepareDownload(at(userId), id)).url);
    expect(await fetchAt(first)).toBeNull();
    expect(await fetchAt(second, GLOBEX)).toBeNull();
    expect(await fetchAt(second)).not.toBeNull();
    expect(await fetchAt(second)).toBeNull();
    expect(await fetchAt('')).toBeNull();
    const third = tokenIn((await personalData().prepareDownload(at(userId), id)).url);
    t.clock.advance(16 * 60_000);
    expect(await fetchAt(third)).toBeNull();
  });

  it('are answered as a file to be kept, at an address of the company’s own', async () => {
    const { userId } = await join();
    const { url } = await personalData().prepareDownload(at(userId), await readyExport(userId));
    const { pathname: path, search } = new URL(url);
    const get = () =>
      t.host.forward(
        { method: 'GET', path, search, headers: {}, body: new Uint8Array() },
        { tenant: ACME, principal: ANONYMOUS, origin: contextFor(ACME).origin },
      );
    const answer = await get();
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-disposition': 'attachment; filename="personal-data-acme.json"', 'cache-control': 'no-store' },
    });
    expect(answer?.body).toContain(userId);
    expect(await get()).toMatchObject({ status: 404 });
  });

  it('are nobody else’s: another’s, another company’s and an unknown one answer alike', async () => {
    const { userId } = await join();
    const id = await readyExport(userId);
    const stranger = await join();
    for (const asker of [at(stranger.userId), at(userId, { tenant: GLOBEX })]) {
      await expect(personalData().prepareDownload(asker, id)).rejects.toThrow('Request not found');
      await expect(personalData().prepareDownload(asker, uuidv7())).rejects.toThrow('Request not found');
      await expect(personalData().cancelErasure(asker, id)).rejects.toThrow('Request not found');
      expect(await personalData().find(asker, id)).toBeNull();
    }
    // Who looks after clients sees that there is one, and not what was gathered.
    expect((await personalData().find(staff(), id))?.id).toBe(id);
    await expect(personalData().prepareDownload(staff(), id)).rejects.toThrow('Only whoever asked');
    await expect(personalData().list(at(userId), {})).rejects.toThrow('patients:delete');
    await expect(personalData().mine(contextFor(ACME, undefined, t.clock), {})).rejects.toThrow('Sign in');
  });

  it('ask for a fresh proof, and are never made in somebody else’s name', async () => {
    const { userId } = await join();
    const id = await readyExport(userId);
    const stale = at(userId, { stale: true });
    await expect(personalData().requestErasure(stale, 'k')).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
    await expect(personalData().prepareDownload(stale, id)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
    const impersonated = contextFor(ACME, { ...member(userId), impersonatorId: uuidv7() }, t.clock);
    for (const refused of [
      personalData().requestExport(impersonated, 'i'),
      personalData().requestErasure(impersonated, 'i'),
      personalData().prepareDownload(impersonated, id),
    ]) {
      await expect(refused).rejects.toThrow('Not in the name of somebody else');
    }
  });

  it('are forgotten a week after they were ready', async () => {
    const { userId } = await join();
    const id = await readyExport(userId);
    t.clock.advance(8 * DAY_MS);
    await carryOut();
    expect((await kept(id)).status).toBe('EXPIRED');
    const answers = await t.runtime.database.tenants.of({ tenant: ACME }).personalDataAnswer.findMany({ where: { requestId: id } });
    expect(answers.map(({ sealedAnswer }) => sealedAnswer)).toEqual(answers.map(() => null));
    await expect(personalData().prepareDownload(at(userId), id)).rejects.toThrow('nothing to fetch');
  });

  it('are asked again while a subgraph is silent, and given to staff to look at in the end', async () => {
    const { userId } = await join();
    const { id } = await personalData().requestExport(at(userId), uuidv7());
    await t.settle();
    await carryOut();
    expect((await kept(id)).rounds).toBe(1);
    for (let round = 2; round <= 6; round += 1) {
      t.clock.advance(11 * 60_000);
      await carryOut();
      expect((await kept(id)).rounds).toBe(round);
    }
    t.clock.advance(11 * 60_000);
    await carryOut();
    expect((await kept(id)).status).toBe('FAILED');
  });

  it('to be forgotten wait fourteen days, in which she may take them back', async () => {
    const { userId, email } = await join();
    const { id, status, performAt, requestedAt } = await personalData().requestErasure(at(userId), 'forget-me');
    expect([status, performAt]).toEqual(['WAITING', daysAfter(requestedAt, 14)]);
    // The mail of her sign-up may come behind it.
    expect((await t.mails(email)).map(({ template }) => template)).toContain('NOTICE');
    t.clock.advance(13 * DAY_MS);
    await carryOut();
    expect((await personalData().cancelErasure(at(userId, { stale: true }), id)).status).toBe('CANCELLED');
    t.clock.advance(2 * DAY_MS);
    await carryOut();
    expect((await kept(id)).status).toBe('CANCELLED');
    await expect(personalData().cancelErasure(at(userId), id)).rejects.toMatchObject({ code: 'INVALID_TRANSITION' });
  });

  it('end her sessions, her membership and her account, and the address is free again', async () => {
    const { userId, email } = await join();
    const { id } = await personalData().requestErasure(at(userId), 'forget-me');
    t.clock.advance(15 * DAY_MS);
    const signIn = () => t.subgraph.services.sessions.login(contextFor(ACME, undefined, t.clock), { email, password: PASSWORD });
    await signIn();
    await carryOut();
    await expect(personalData().cancelErasure(at(userId), id)).rejects.toMatchObject({ code: 'INVALID_TRANSITION' });
    await expect(signIn()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const queue = createJobQueue<{ 'ops.send_sms': { readonly userId: string; readonly sealed: string } }>('ops', t.runtime);
    const ours = contextFor(ACME, undefined, t.clock);
    const strangers = uuidv7();
    await t.runtime.database.tenants.transaction(ours, async (tx) => {
      for (const whose of [userId, strangers]) await queue.enqueue(tx, ours, 'ops.send_sms', { userId: whose, sealed: 'v1.words' });
    });
    await othersAnswer(id, 'ERASURE');
    await carryOut();
    expect(await kept(id)).toMatchObject({ status: 'DONE', sealedSubject: null });
    const { rows: messages } = await t.runtime.pools.platform.query<{ whose: string; sealed: string }>(
      `SELECT payload->>'userId' AS whose, payload->>'sealed' AS sealed FROM kernel.job WHERE kind = 'ops.send_sms'`,
    );
    expect(messages).toEqual(expect.arrayContaining([{ whose: userId, sealed: '' }, { whose: strangers, sealed: 'v1.words' }]));
    const { db } = t.runtime.database.platform;
    expect(await db.user.findFirst({ where: { OR: [{ id: userId }, { email }] } })).toBeNull();
    expect(await db.session.findFirst({ where: { subjectId: userId } })).toBeNull();
    const types = await t.eventTypes();
    expect(types).toContain('identity.membership_removed');
    expect(types.filter((type) => type === 'identity.session_ended').length).toBeGreaterThan(0);
    const told = await db.outboxEvent.findMany({ where: { type: 'identity.membership_granted' } });
    const asked = await db.outboxEvent.findMany({ where: { type: { in: ['identity.mail_requested', 'identity.proof_requested'] } } });
    const sealed = asked.map(({ payload }) => payload as Record<string, unknown>);
    expect(sealed.filter(({ recipientHash }) => recipientHash === hashOfEmail(email))).toEqual([]);
    expect(sealed.filter((payload) => payload['sealed'] === '' || payload['sealedEmail'] === '').length).toBeGreaterThan(1);
    expect(sealed.some(({ recipientHash }) => recipientHash !== '')).toBe(true);
    const hers = told.filter(({ payload }) => (payload as { userId: string }).userId === userId);
    expect(hers.map(({ payload }) => payload)).toEqual([expect.objectContaining({ userId, email: '', displayName: '' })]);
  });

  it('leave a company its last owner, and tell her so', async () => {
    const email = 'owner@acme.example';
    const owner = contextFor(ACME, { kind: 'system', name: 'seed' }, t.clock);
    const input = { email, displayName: 'Owner', password: PASSWORD, roles: ['OWNER'] };
    const { userId } = await t.subgraph.services.enrolment.enrol(owner, input);
    await expect(personalData().requestErasure(at(userId), 'k')).rejects.toThrow('Somebody has to be left');
    await t.subgraph.services.enrolment.enrol(owner, { ...input, email: 'second@acme.example' });
    const { id } = await personalData().requestErasure(at(userId), 'k');
    await t.runtime.database.tenants.of({ tenant: ACME }).membership.deleteMany({ where: { userId: { not: userId }, roles: { has: 'OWNER' } } });
    t.clock.advance(15 * DAY_MS);
    await carryOut();
    expect(await kept(id)).toMatchObject({ status: 'REFUSED', refusal: 'Somebody has to be left who owns the company' });
  });

  it('are shown in the graph to whom they concern, and say what was awaited', async () => {
    const { userId } = await join();
    const request = `mutation($input: RequestPersonalDataExportInput!) { requestPersonalDataExport(input: $input) { __typename
      ... on PersonalDataRequest { id kind status user { id } } ... on UserError { code } } }`;
    const { data } = await t.graphql(request, { variables: { input: { idempotencyKey: 'g' } }, as: member(userId) });
    expect(data?.['requestPersonalDataExport']).toMatchObject({ __typename: 'PersonalDataRequest', kind: 'EXPORT', status: 'AT_WORK' });
    await t.settle();
    const list = '{ myPersonalDataRequests(first: 5) { edges { node { id awaited erased { section } } } } }';
    const mine = await t.graphql(list, { as: member(userId) });
    expect(mine.data?.['myPersonalDataRequests']).toMatchObject({ edges: [{ node: { awaited: OTHERS, erased: [] } }] });
    const cancel = `mutation($id: ID!) { cancelErasure(id: $id) { __typename ... on UserError { code } } }`;
    const variables = { id: PersonalDataRequestId.encode(uuidv7()) };
    const refused = await t.graphql(cancel, { variables, as: member(userId) });
    expect(refused.data?.['cancelErasure']).toMatchObject({ __typename: 'NotFoundError' });
  });
});
