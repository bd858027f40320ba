import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestOps, type TestOps } from '../../../../tests/support/ops.js';
import { ACME, contextFor, memberOf } from '../../../../tests/support/runtime.js';
import { createTriageService } from './triage.service.js';
import { TRIAGE_MODEL } from './model.js';
import { BY_SEVERITY, ndcgAt } from './ranking.js';
import { recordTape } from './tapes.js';
import { judgeWeights, splitTape, trainTriage } from './train.js';

const OWNER = memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] });

describe('the ranking model', () => {
  it('is the one that training gives, to the last digit', () => {
    expect(trainTriage(TRIAGE_MODEL.provenance.seed)).toEqual(TRIAGE_MODEL);
  });

  it('is judged on hours and companies that it has not seen', () => {
    const { known, unseen } = splitTape(recordTape(1, { hours: 50, tenants: 10 }));
    const tenants = new Set(known.map(({ tenant }) => tenant));
    expect(unseen.some(({ tenant }) => tenants.has(tenant))).toBe(false);
    expect(Math.max(...known.map(({ hour }) => hour))).toBeLessThan(Math.min(...unseen.map(({ hour }) => hour)));
  });

  it('does better than severity on a tape that it was not trained on', () => {
    const other = recordTape(7, { hours: 100, tenants: 10 });
    expect(judgeWeights(TRIAGE_MODEL.weights, other)).toBeGreaterThan(judgeWeights(BY_SEVERITY, other));
  });

  it('measures an order against the best one', () => {
    expect(ndcgAt([3, 2, 1], 5)).toBe(1);
    expect(ndcgAt([0, 0], 5)).toBe(1);
    expect(ndcgAt([0, 0, 3], 2)).toBe(0);
    expect(ndcgAt([1, 3], 5)).toBeCloseTo((1 + 7 / Math.log2(3)) / (7 + 1 / Math.log2(3)));
  });
});

describe('the ranking of what goes on', () => {
  let t: TestOps;
  beforeAll(async () => {
    t = await startTestOps();
    await t.tell('tenancy.tenant_created', { tenant: ACME });
    await t.tellAll('identity.proof_refused', Array.from({ length: 60 }, () => ({ purpose: 'EMAIL_VERIFICATION' as const })));
    await t.tellAll('identity.login_failed', Array.from({ length: 400 }, () => ({ realm: 'tenant' as const, emailHash: 'a'.repeat(64) })));
    await t.settle();
  });
  afterAll(() => t.stop());

  it('puts first what matters most, with what the score is made of', async () => {
    const { data, errors } = await t.graphql(
      '{ rankedIncidents { score rankedBy contributions { feature amount } suggestedAssigneeId incident { type } } }',
      { as: OWNER },
    );
    expect(errors).toBeUndefined();
    const ranked = data?.['rankedIncidents'] as { score: number; rankedBy: string; contributions: { amount: number }[]; incident: { type: string } }[];
    expect(ranked.map(({ incident }) => incident.type)).toEqual(['FAILED_LOGINS_SPIKE', 'EMAIL_VERIFICATION_FAILURES']);
    for (const { score, contributions, rankedBy } of ranked) {
      expect(rankedBy).toBe('MODEL');
      expect(contributions.reduce((sum, { amount }) => sum + amount, 0)).toBeCloseTo(score);
    }
  });

  it('goes by severity when the model does no better, and when it is switched off', async () => {
    const { database, flags } = t.runtime;
    const context = contextFor(ACME, OWNER, t.clock);
    const losing = createTriageService({ database, flags, model: { ...TRIAGE_MODEL, ndcg: TRIAGE_MODEL.ndcgOfSeverity } });
    const off = createTriageService({ database, flags: { ...flags, isOn: () => false }, model: TRIAGE_MODEL });
    for (const triage of [losing, off]) {
      const ranked = await triage.ranked(context, 10);
      expect(ranked.map(({ rankedBy }) => rankedBy)).toEqual(['SEVERITY', 'SEVERITY']);
      expect(ranked[0]?.incident.severity).toBe('CRITICAL');
    }
  });

  it('shows nothing to who may not see incidents', async () => {
    const client = memberOf([], { roles: ['USER'] });
    const { data } = await t.graphql('{ rankedIncidents { score } }', { as: client });
    expect(data?.['rankedIncidents']).toBeNull();
  });
});
