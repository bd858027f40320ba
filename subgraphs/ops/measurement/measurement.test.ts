import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../_kernel/wire/tenant.js';
import { TenantId } from '../../tenancy/ids.js';

const OWNER = memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] });
const STAFF: Principal = {
  kind: 'platform',
  adminId: uuidv7(),
  sessionId: uuidv7(),
  roles: ['SUPER_ADMIN'],
  permissions: ['platform:incidents:read', 'platform:incidents:manage'],
  assurance: { level: 'aal2', at: 0 },
};

const DERIVE = `mutation($metrics: JSON!, $context: JSON) {
  deriveAuthIncidents(metrics: $metrics, context: $context) {
    __typename
    ... on IncidentBatch {
      incidents { event { eventId incidentType severityGuess metricsSnapshot tenantId } response { decision steps recommendedFlags { key } rollbackPlan } }
    }
    ... on UserError { message }
  }
}`;
const INCIDENTS = '{ incidents { edges { node { type } } } }';

interface Batch {
  readonly __typename: string;
  readonly message?: string;
  readonly incidents: { event: { eventId: string; incidentType: string; tenantId: string | null }; response: { decision: string; steps: string[] } }[];
}

describe('a measurement from outside', () => {
  let t: TestOps;

  const derive = async (metrics: unknown, context: unknown = null, as: Principal = OWNER, tenant: TenantIdentity = ACME): Promise<Batch> => {
    const { data, errors } = await t.graphql(DERIVE, { variables: { metrics, context }, as, tenant });
    expect(errors).toBeUndefined();
    return (data as unknown as { deriveAuthIncidents: Batch }).deriveAuthIncidents;
  };
  const typesAt = async (tenant: TenantIdentity): Promise<readonly string[]> => {
    await t.settle(tenant);
    const { data } = await t.graphql(INCIDENTS, { as: OWNER, tenant });
    return (data as { incidents: { edges: { node: { type: string } }[] } }).incidents.edges.map(({ node }) => node.type);
  };

  beforeAll(async () => {
    t = await startTestOps();
    for (const tenant of [ACME, GLOBEX]) await t.tell('tenancy.tenant_created', { tenant }, { tenant, as: STAFF });
    await t.settle(ACME, GLOBEX);
  });
  afterAll(() => t.stop());

  it('raises an incident with its advice, once', async () => {
    const first = await derive({ failed_logins_1h: 150, checkout_abandonment_rate: 0.65 });
    expect(first.incidents.map(({ event }) => event.incidentType)).toEqual(['FAILED_LOGINS_SPIKE', 'HIGH_CART_ABANDONMENT']);
    expect(first.incidents[0]?.response.decision).toBe('Contain likely brute force and protect legitimate users.');
    expect(first.incidents[0]?.event.tenantId).toBe(TenantId.encode(ACME.id));
    await derive({ failed_logins_1h: 150, checkout_abandonment_rate: 0.65 });
    expect([...(await typesAt(ACME))].sort()).toEqual(['FAILED_LOGINS_SPIKE', 'HIGH_CART_ABANDONMENT']);
    expect(await typesAt(GLOBEX)).toEqual([]);
  });

  it('raises nothing when all is well', async () => {
    expect((await derive({ failed_logins_1h: 3, anything_else: 1 })).incidents).toEqual([]);
  });

  it('goes by what the company has set, and for once by what it is told', async () => {
    const set = (value: number | null) =>
      t.graphql('mutation($value: Float) { setAlertThreshold(input: { metric: "reset_failures_15m", value: $value }) { __typename } }', { as: OWNER, variables: { value } });
    const raised = async (metrics: object, context?: object) => (await derive(metrics, context)).incidents.map(({ event }) => event.incidentType);
    await set(40);
    expect(await raised({ reset_failures_15m: 39 })).toEqual([]);
    expect(await raised({ reset_failures_15m: 40 })).toEqual(['PASSWORD_RESET_FAILURES']);
    expect(await raised({ reset_failures_15m: 39 }, { thresholds: { password_reset_failures_15m: 30 } })).toEqual(['PASSWORD_RESET_FAILURES']);
    expect(await raised({ reset_failures_15m: 45 }, { thresholds: { reset_failures_15m: 50 } })).toEqual([]);
    expect(await raised({ reset_failures_15m: 45 }, { thresholds: null })).toEqual(['PASSWORD_RESET_FAILURES']);
    await set(null);
  });

  it('says which number or property is amiss', async () => {
    expect(await derive({ failed_logins_1h: -1 })).toMatchObject({ __typename: 'ValidationError', message: expect.stringContaining('failed_logins_1h') });
    expect(await derive({}, { thresholds: 5 })).toMatchObject({ __typename: 'ValidationError', message: expect.stringContaining('context.thresholds') });
    expect(await derive({}, 'somewhere')).toMatchObject({ __typename: 'ValidationError' });
  });

  it('is of one’s own company, whatever company is named', async () => {
    const foreign = await derive({ failed_logins_1h: 150 }, { tenantId: TenantId.encode(GLOBEX.id) });
    const unknown = await derive({ failed_logins_1h: 150 }, { tenant_id: TenantId.encode(uuidv7()) });
    expect(foreign).toEqual(unknown);
    expect(foreign).toMatchObject({ __typename: 'NotFoundError' });
    expect(await derive({ failed_logins_1h: 150 }, null, memberOf(['settings:read']))).toMatchObject({ __typename: 'ForbiddenError' });
    expect(await typesAt(GLOBEX)).toEqual([]);
  });

  it('is of any company to platform staff, and of the platform itself', async () => {
    const named = await derive({ jwt_errors_1h: 500 }, { tenantId: TenantId.encode(GLOBEX.id) }, STAFF, PLATFORM_TENANT);
    expect(named.incidents.map(({ event }) => event.tenantId)).toEqual([TenantId.encode(GLOBEX.id)]);
    expect(await typesAt(GLOBEX)).toEqual(['JWT_VALIDATION_ERRORS']);
    const whole = await derive({ jwt_errors_1h: 500 }, null, STAFF, PLATFORM_TENANT);
    expect(whole.incidents.map(({ event }) => event.tenantId)).toEqual([null]);
  });
});
