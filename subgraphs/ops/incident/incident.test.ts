import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, contextFor, eventually, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { IdentityProviderId } from '../../identity/ids.js';
import { IncidentId, WebhookId } from '../ids.js';

const OWNER = memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] });
const CLIENT = memberOf([], { roles: ['USER'] });
const ADMIN: Principal = {
  kind: 'platform',
  adminId: uuidv7(),
  sessionId: uuidv7(),
  roles: ['SUPER_ADMIN'],
  permissions: ['platform:incidents:read', 'platform:incidents:manage'],
  assurance: { level: 'aal1', at: 0 },
};

const MINUTE = 60_000;
const failures = (count: number) =>
  Array.from({ length: count }, () => ({ realm: 'tenant' as const, emailHash: 'a'.repeat(64) }));

const INCIDENTS = `query($filter: IncidentFilter) { incidents(filter: $filter) { edges { node {
  id type authType severity status title decision steps risks recommendedFlags { key value reason } rollbackPlan
  classification metrics occurredAt acknowledgedAt resolvedAt tenant { id } timeline { status severity note actorKind actorId }
} } } }`;
const RAISED = `subscription($after: String) { incidentRaised(after: $after) { cursor incident { id type status } } }`;
const UPDATED = `subscription($after: String) { incidentUpdated(after: $after) { cursor incident { id status } } }`;

interface IncidentNode {
  readonly id: string;
  readonly type: string;
  readonly severity: string;
  readonly status: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly timeline: readonly { readonly status: string; readonly note: string | null; readonly actorKind: string }[];
}

describe('incidents', () => {
  let t: TestOps;
  beforeEach(async () => {
    t = await startTestOps();
    for (const tenant of [ACME, GLOBEX]) await t.tell('tenancy.tenant_created', { tenant }, { tenant });
  });
  afterEach(() => t.stop());

  const incidentsOf = async (tenant: TenantIdentity, principal: Principal, filter: object = {}) => {
    const result = await t.graphql(INCIDENTS, { variables: { filter }, as: principal, tenant });
    expect(result.errors).toBeUndefined();
    const page = result.data?.['incidents'] as { edges: { node: IncidentNode }[] };
    return page.edges.map((edge) => edge.node);
  };
  const raiseAtAcme = async (): Promise<IncidentNode> => {
    await t.tellAll('identity.login_failed', failures(60));
    return eventually(async () => (await incidentsOf(ACME, OWNER))[0]);
  };
  const send = (body: unknown, principal: Principal = { kind: 'system', name: 'gateway' }) =>
    t.host.forward(
      { method: 'POST', path: '/internal/security-signals', search: '', headers: {}, body: Buffer.from(JSON.stringify(body)) },
      { tenant: PLATFORM_TENANT, principal, origin: { requestId: uuidv7(), ip: null, userAgent: null } },
    );

  it.each([
    ['EMAIL_VERIFICATION', 'EMAIL_VERIFICATION_FAILURES'],
    ['PASSWORD_RESET', 'PASSWORD_RESET_FAILURES'],
    ['SIGN_IN', 'FAILED_LOGINS_SPIKE'],
  ] as const)('raises an incident when links and codes of %s keep being refused', async (purpose, type) => {
    await t.tellAll('identity.proof_refused', Array.from({ length: 60 }, () => ({ purpose })));
    expect(await eventually(async () => (await incidentsOf(ACME, OWNER))[0])).toMatchObject({ type });
  });

  it('makes exactly one incident of 200 refused sign-ins, with advice, and none next door', async () => {
    await t.tellAll('identity.login_failed', failures(200));
    await t.settle();
    const [incident, ...others] = await incidentsOf(ACME, OWNER);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({
      type: 'FAILED_LOGINS_SPIKE',
      authType: 'FAILED_LOGINS_SPIKE',
      status: 'OPEN',
      severity: 'CRITICAL',
      decision: 'Contain likely brute force and protect legitimate users.',
      title: '200 failed sign-ins within 5 minutes',
      metrics: { failed_logins_5m: 200, failed_logins_15m: 200, failed_logins_1h: 200 },
      timeline: [expect.objectContaining({ status: 'OPEN', actorKind: 'SYSTEM' })],
    });
    for (const list of ['steps', 'risks', 'recommendedFlags', 'rollbackPlan']) {
      expect(incident?.[list as keyof IncidentNode]).not.toEqual([]);
    }
    expect(await incidentsOf(GLOBEX, OWNER)).toEqual([]);
  });

  it('looks once at a burst, however many signals it has', async () => {
    await t.tellAll('identity.login_failed', failures(200));
    await t.settle();
    const { rows } = await t.runtime.pools.platform.query<{ type: string; count: number }>(
      `SELECT type, count(*)::int AS count FROM kernel.outbox_event WHERE type LIKE 'ops.%' GROUP BY type ORDER BY type`,
    );
    const counted = new Map(rows.map((row) => [row.type, row.count]));
    expect(counted.get('ops.incident_raised')).toBe(1);
    expect(counted.get('ops.detection_requested')).toBeLessThanOrEqual(2);
  });

  it('raises nothing below the threshold, and raises when the last one is added', async () => {
    await t.tellAll('identity.login_failed', failures(49));
    await t.settle();
    expect(await incidentsOf(ACME, OWNER)).toEqual([]);
    await t.tellAll('identity.login_failed', failures(1));
    await t.settle();
    expect(await incidentsOf(ACME, OWNER)).toHaveLength(1);
  });

  it('goes on with the same incident as it becomes worse', async () => {
    const first = await raiseAtAcme();
    expect(first.severity).toBe('HIGH');
    await t.tellAll('identity.login_failed', failures(200));
    await t.settle();
    const [now, ...others] = await incidentsOf(ACME, OWNER);
    expect(others).toEqual([]);
    expect(now).toMatchObject({ id: first.id, severity: 'CRITICAL', metrics: { failed_logins_5m: 260 } });
    expect(now?.timeline.map((line) => line.note)).toEqual([
      'Detected: 60 failed sign-ins within 5 minutes',
      'Became worse: 260 failed sign-ins within 5 minutes',
    ]);
  });

  it('resolves by itself when the numbers have stayed calm, and a later burst is a new incident', async () => {
    const first = await raiseAtAcme();
    const system = contextFor(PLATFORM_TENANT, { kind: 'system', name: 't' }, t.clock);
    const lookAgain = () => t.subgraph.services.detection.lookAgain(system);
    await lookAgain();
    t.clock.advance(61 * MINUTE);
    await lookAgain();
    t.clock.advance(9 * MINUTE);
    await lookAgain();
    expect(await incidentsOf(ACME, OWNER)).toEqual([expect.objectContaining({ status: 'OPEN' })]);
    t.clock.advance(2 * MINUTE);
    await lookAgain();
    expect(await incidentsOf(ACME, OWNER)).toEqual([
      expect.objectContaining({
        id: first.id,
        status: 'RESOLVED',
        resolvedAt: expect.any(String),
        timeline: [
          expect.objectContaining({ status: 'OPEN' }),
          expect.objectContaining({ status: 'RESOLVED', actorKind: 'SYSTEM', note: expect.stringContaining('by itself') }),
        ],
      }),
    ]);
    expect(await lookAgain()).toBe(0);
    await t.tellAll('identity.login_failed', failures(60));
    await t.settle();
    expect((await incidentsOf(ACME, OWNER)).map((incident) => incident.status)).toEqual(['OPEN', 'RESOLVED']);
  });

  it('looks at what was left unlooked at when whoever should have looked died', async () => {
    const context = contextFor(ACME, { kind: 'system', name: 'test' }, t.clock);
    await t.host.close();
    await t.runtime.database.tenants.transaction(context, async (db) => {
      for (let n = 0; n < 60; n += 1) {
        const signal = { type: 'failed_login', occurredAt: t.clock.now() } as const;
        await t.subgraph.services.authLog.log(context, db, uuidv7(), signal);
      }
    });
    expect(await incidentsOf(ACME, OWNER)).toEqual([]);
    expect(await t.subgraph.services.detection.lookAgain(context)).toBe(1);
    expect(await incidentsOf(ACME, OWNER)).toHaveLength(1);
  });

  it('takes the reports of the gateway, and of nobody else', async () => {
    const report = { type: 'JWT_VALIDATION_ERROR', tenantId: ACME.id, at: t.clock.now().toISOString() };
    await t.settle(ACME, GLOBEX);
    expect((await send(report, OWNER))?.status).toBe(403);
    expect((await send({ ...report, type: 'WEATHER' }))?.status).toBe(400);
    expect((await send({ ...report, tenantId: uuidv7() }))?.status).toBe(404);
    const answers = await Promise.all(Array.from({ length: 25 }, () => send(report)));
    expect(new Set(answers.map((answer) => answer?.status))).toEqual(new Set([202]));
    const stray = { ...report, type: 'TENANT_MISMATCH', tenantId: GLOBEX.id };
    for (let sent = 0; sent < 2; sent += 1) await send(stray);
    await t.settle(ACME, GLOBEX);
    expect(await incidentsOf(GLOBEX, OWNER)).toEqual([]);
    await send(stray);
    await t.settle(GLOBEX);
    expect(await incidentsOf(ACME, OWNER)).toEqual([expect.objectContaining({ type: 'JWT_VALIDATION_ERRORS' })]);
    expect(await incidentsOf(GLOBEX, OWNER)).toEqual([
      expect.objectContaining({ type: 'TENANT_LEAK_RISK', severity: 'CRITICAL' }),
    ]);
    const { data } = await t.graphql(
      `{ authOpsMetrics(window: ONE_HOUR) { metrics } authOpsLogs(first: 1) { edges { node { type } } } }`,
      { as: OWNER },
    );
    expect(data).toMatchObject({
      authOpsMetrics: { metrics: { jwt_validation_errors_1h: 25, failed_logins_1h: 0 } },
      authOpsLogs: { edges: [{ node: { type: 'JWT_VALIDATION_ERROR' } }] },
    });
  });

  it('tells the platform of ids that another company has, beyond a few of them, and tells nobody else', async () => {
    const at = (tenant: TenantIdentity) => t.runtime.database.tenants.of({ tenant });
    const ids = Array.from({ length: 4 }, () => uuidv7());
    const createdAt = t.clock.now();
    await at(GLOBEX).webhook.createMany({ data: ids.map((id) => ({ id, url: 'https://globex.example', description: '', createdAt })) });
    const [first = '', second = '', third = '', removed = ''] = ids.map((id) => WebhookId.encode(id));
    const ask = (source: string, id: string, as: Principal = OWNER) => t.graphql(source, { as, variables: { id } });
    const GET = 'query($id: ID!) { webhook(id: $id) { url } }';
    const REMOVE = 'mutation($id: ID!) { removeWebhook(id: $id) { __typename ... on NotFoundError { message } } }';
    const unknown = WebhookId.encode(uuidv7());
    const named = async () => {
      const rows = await at(PLATFORM_TENANT).outboxEvent.findMany({ where: { type: 'kernel.foreign_id_named' } });
      return rows.map(({ payload }) => payload);
    };
    const ofStaff = async () => {
      await t.settle(PLATFORM_TENANT);
      return (await incidentsOf(PLATFORM_TENANT, ADMIN)).map(({ type }) => type);
    };

    expect(await ask(GET, first)).toEqual(await ask(GET, unknown));
    for (let again = 0; again < 5; again += 1) await ask(GET, first);
    await ask(GET, WebhookId.encode(uuidv7()));
    await ask(GET, second);
    await eventually(async () => (await named()).length === 2);
    expect(await ofStaff()).toEqual([]);

    expect(await ask(REMOVE, removed)).toEqual(await ask(REMOVE, unknown));
    // She may not look for webhooks at all: that is no miss.
    await ask(GET, third, CLIENT);
    await eventually(async () => (await named()).length === 3);
    expect((await named()).map((payload) => (payload as { id: string }).id).sort()).toEqual([first, second, removed].sort());
    const { userId: askedBy } = OWNER as Extract<Principal, { kind: 'member' }>;
    expect(await named()).toContainEqual({ id: removed, askedIn: ACME.id, askedBy, heldBy: GLOBEX.id });
    expect(await ofStaff()).toEqual(['TENANT_LEAK_RISK']);

    const logs = '{ authOpsLogs(first: 9) { edges { node { type } } } }';
    for (const tenant of [ACME, GLOBEX]) {
      expect((await t.graphql(logs, { as: OWNER, tenant })).data?.['authOpsLogs']).toEqual({ edges: [] });
      expect(await incidentsOf(tenant, OWNER)).toEqual([]);
    }
  });

  it('has counted every signal in the end, however signals and looks come across each other', async () => {
    await t.settle();
    for (let sent = 0; sent < 200; sent += 20) {
      const at = t.clock.now().toISOString();
      await Promise.all(
        Array.from({ length: 20 }, () => send({ type: 'JWT_VALIDATION_ERROR', tenantId: ACME.id, at })),
      );
    }
    await t.settle();
    expect(await incidentsOf(ACME, OWNER)).toEqual([
      expect.objectContaining({ metrics: expect.objectContaining({ jwt_validation_errors_5m: 200 }) }),
    ]);
  });

  it('raises an incident when people keep coming back from an identity provider in vain, and advises to switch that one off', async () => {
    const providerId = uuidv7();
    await t.tellAll('identity.callback_refused', Array.from({ length: 10 }, () => ({ providerId })));
    expect(await eventually(async () => (await incidentsOf(ACME, OWNER))[0])).toMatchObject({
      type: 'OAUTH_CALLBACK_ERRORS',
      title: '10 failed returns from identity providers within 5 minutes',
      recommendedFlags: expect.arrayContaining([
        expect.objectContaining({ key: 'auth.oauth.disableProvider', value: IdentityProviderId.encode(providerId) }),
      ]),
    });
    const { rows } = await t.runtime.pools.platform.query<{ provider: string }>(
      `SELECT DISTINCT provider FROM ops.auth_ops_logs WHERE type = 'oauth_callback_error'`,
    );
    expect(rows).toEqual([{ provider: IdentityProviderId.encode(providerId) }]);
  });

  it('watches sign-ins of platform staff, reused refresh tokens and failed payments', async () => {
    await t.tellAll(
      'identity.login_failed',
      [1, 2].map(() => ({ realm: 'platform' as const, emailHash: 'b' })),
      { tenant: PLATFORM_TENANT },
    );
    await t.tellAll(
      'identity.session_ended',
      Array.from({ length: 5 }, () => ({
        realm: 'tenant' as const,
        subjectId: uuidv7(),
        sessionId: uuidv7(),
        reason: 'TOKEN_REUSED' as const,
      })),
    );
    await t.tellAll(
      'commerce.payment_failed',
      Array.from({ length: 8 }, () => ({ paymentId: uuidv7(), bookingId: uuidv7(), declineCode: null })),
    );
    await t.settle(ACME, PLATFORM_TENANT);
    const types = (incidents: readonly IncidentNode[]) => incidents.map((incident) => incident.type).sort();
    expect(types(await incidentsOf(ACME, OWNER))).toEqual(['PAYMENT_FAILURES_SPIKE', 'SESSION_ANOMALIES']);
    expect(types(await incidentsOf(PLATFORM_TENANT, ADMIN))).toEqual([
      'PAYMENT_FAILURES_SPIKE',
      'SESSION_ANOMALIES',
      'SUSPICIOUS_ADMIN_LOGIN',
    ]);
    expect(await incidentsOf(PLATFORM_TENANT, ADMIN, { types: ['SUSPICIOUS_ADMIN_LOGIN'] })).toEqual([
      expect.objectContaining({ tenant: null, authType: 'SUSPICIOUS_ADMIN_LOGIN' }),
    ]);
  });

  it('goes through its states by hand, each step noted with who took it', async () => {
    const { id } = await raiseAtAcme();
    const act = async (principal: Principal, mutation: string) =>
      (await t.graphql(
        `mutation { result: ${mutation} {
        __typename ... on Incident { status timeline { status actorKind note } } ... on UserError { code message }
      } }`,
        { as: principal, tenant: principal === ADMIN ? PLATFORM_TENANT : ACME },
      )).data?.['result'];
    expect(await act(CLIENT, `acknowledgeIncident(id: "${id}")`)).toMatchObject({ __typename: 'ForbiddenError' });
    expect(await act(OWNER, `acknowledgeIncident(id: "${id}")`)).toMatchObject({ status: 'ACKNOWLEDGED' });
    expect(await act(OWNER, `acknowledgeIncident(id: "${id}")`)).toMatchObject({ code: 'INVALID_TRANSITION' });
    expect(await act(ADMIN, `mitigateIncident(id: "${id}", note: "Captcha is on")`)).toMatchObject({ status: 'MITIGATED' });
    expect(await act(OWNER, `resolveIncident(id: "${id}", note: "  ")`)).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await act(OWNER, `resolveIncident(id: "${id}", note: "They gave up")`)).toMatchObject({
      status: 'RESOLVED',
      timeline: [
        { status: 'OPEN' },
        { status: 'ACKNOWLEDGED', actorKind: 'MEMBER', note: null },
        { status: 'MITIGATED', actorKind: 'PLATFORM', note: 'Captcha is on' },
        { status: 'RESOLVED', actorKind: 'MEMBER', note: 'They gave up' },
      ],
    });
    expect(await act(OWNER, `mitigateIncident(id: "${id}", note: "x")`)).toMatchObject({ code: 'INVALID_TRANSITION' });
  });

  it('answers an id of another tenant as one that nothing has', async () => {
    const { id } = await raiseAtAcme();
    for (const asked of [id, IncidentId.encode(uuidv7()), 'inc_nonsense']) {
      const read = await t.graphql(`{ incident(id: "${asked}") { id } }`, { as: OWNER, tenant: GLOBEX });
      expect(read).toEqual({ data: { incident: null } });
      const write = await t.graphql(
        `mutation { acknowledgeIncident(id: "${asked}") { ... on UserError { code message } } }`,
        { as: OWNER, tenant: GLOBEX },
      );
      expect(write).toEqual({ data: { acknowledgeIncident: { code: 'NOT_FOUND', message: 'Incident not found' } } });
      const entity = await t.graphql(
        `query($of: [_Any!]!) { _entities(representations: $of) { ... on Incident { id } } }`,
        { variables: { of: [{ __typename: 'Incident', id: asked }] }, as: OWNER, tenant: GLOBEX },
      );
      expect(entity).toEqual({ data: { _entities: [null] } });
    }
    expect((await t.graphql(`{ incident(id: "${id}") { id } }`, { as: CLIENT })).data).toEqual({ incident: null });
    const refused = await t.graphql(`{ incidents { edges { node { id } } } }`, { as: CLIENT });
    expect(refused.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  it('comes live to the owner and to platform staff, and not to the company next door', async () => {
    const toOwner = await t.follow(RAISED, { as: OWNER });
    const toAdmin = await t.follow(RAISED, { as: ADMIN, tenant: PLATFORM_TENANT });
    const nextDoor = await t.follow(RAISED, { as: OWNER, tenant: GLOBEX });
    const waiting = [toOwner.next(), toAdmin.next()];
    let foreign = 0;
    const listening = nextDoor.next().then(({ done }) => (foreign += done ? 0 : 1));
    await t.tellAll('identity.login_failed', failures(60));
    const [owner, admin] = await Promise.all(waiting);
    expect(owner?.value).toMatchObject({ data: { incidentRaised: { incident: { type: 'FAILED_LOGINS_SPIKE' } } } });
    expect(admin?.value).toEqual(owner?.value);
    await t.settle(GLOBEX);
    await Promise.all([toOwner, toAdmin, nextDoor].map((stream) => stream.return()));
    await listening;
    expect(foreign).toBe(0);
    await expect(t.follow(RAISED, { as: CLIENT })).rejects.toThrow('FORBIDDEN');
  });

  it('goes on behind a cursor with every change, each once', async () => {
    const { id } = await raiseAtAcme();
    const live = await t.follow(UPDATED, { as: OWNER });
    const first = live.next();
    await t.graphql(`mutation { acknowledgeIncident(id: "${id}") { __typename } }`, { as: OWNER });
    const { value } = await first;
    const { cursor } = value?.data?.['incidentUpdated'] as { cursor: string };
    await live.return();
    await t.graphql(`mutation { mitigateIncident(id: "${id}", note: "a") { __typename } }`, { as: OWNER });
    await t.graphql(`mutation { resolveIncident(id: "${id}", note: "b") { __typename } }`, { as: OWNER });
    const resumed = await t.follow(UPDATED, { variables: { after: cursor }, as: OWNER });
    const events = [await resumed.next(), await resumed.next()];
    const cursors = events.map((event) => (event.value?.data?.['incidentUpdated'] as { cursor: string }).cursor);
    expect(new Set([cursor, ...cursors]).size).toBe(3);
    await resumed.return();
    await expect(t.follow(UPDATED, { variables: { after: 'nonsense' }, as: OWNER })).rejects.toThrow('after');
  });
});

describe('the spine over the graph', () => {
  let t: TestOps;
  beforeAll(async () => {
    t = await startTestOps();
  });
  afterAll(() => t.stop());

  const run = (event: object) =>
    t.graphql(
      `query($event: OpsAuthEventInput!) { runAuthOpsSpine(event: $event) { decision steps risks recommendedFlags { key value reason } rollbackPlan classification } }`,
      { variables: { event }, as: OWNER },
    );
  const SAMPLE = {
    eventId: 'evt_123',
    incidentType: 'FAILED_LOGINS_SPIKE',
    severityGuess: 2,
    occurredAt: '2026-03-01T09:30:00Z',
    metricsSnapshot: { failed_logins_1h: 150 },
  };

  it('gives the same advice for the same event, byte for byte', async () => {
    const [one, other] = [await run(SAMPLE), await run(SAMPLE)];
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
    expect(one.data?.['runAuthOpsSpine']).toMatchObject({
      decision: 'Contain likely brute force and protect legitimate users.',
      rollbackPlan: expect.arrayContaining(['Disable rate limiting if false positives spike']),
    });
  });

  it('names the part of an event that makes no sense', async () => {
    const { errors } = await run({ ...SAMPLE, severityGuess: 7 });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ field: 'event.severityGuess', message: 'must be 0, 1, 2 or 3' }],
    });
  });
});
