import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AUTH_INCIDENT_RULES, AUTH_INCIDENT_TYPES } from './auth-incident-rules.js';
import { SHIPPED_INCIDENT_TYPES, registerIncidentType } from './custom-incident-types.js';
import { assessIncidents, deriveAuthIncidents, deriveCustomIncidents } from './derive-incidents.js';
import { thresholdsOf } from './evaluate-rule.js';
import { generateId } from './event-id.js';
import type { IncidentRule } from './incident-rule.js';
import { parseMetricName, METRIC_WINDOWS } from './metric-name.js';

const at = (occurredAtISO: string) => ({ occurredAtISO });
const NOON = at('2026-03-01T12:00:00Z');
const typesOf = (metrics: Record<string, unknown>, thresholds?: Record<string, number>) =>
  deriveAuthIncidents(metrics, { ...NOON, thresholds }).map((event) => event.incident_type);

const everyCondition = AUTH_INCIDENT_RULES.flatMap((rule) =>
  rule.conditions.map((condition) => ({ ...condition, type: rule.type })),
);

describe('deriving authentication incidents', () => {
  test('raises a login spike for the documented sample of 150 failures in an hour', () => {
    const [event, ...others] = deriveAuthIncidents({ failed_logins_1h: 150 });
    expect(others).toEqual([]);
    expect(event).toEqual({
      event_id: expect.stringMatching(/^evt_[0-9a-f]{32}$/),
      incident_type: 'FAILED_LOGINS_SPIKE',
      severity_guess: 2,
      occurred_at: expect.stringMatching(/^\d{4}-.*Z$/),
      metrics_snapshot: { failed_logins_1h: 150 },
    });
  });

  test('has one rule for each of the eight types, over all three windows', () => {
    expect(AUTH_INCIDENT_RULES.map((rule) => rule.type)).toEqual([...AUTH_INCIDENT_TYPES]);
    for (const rule of AUTH_INCIDENT_RULES) {
      const windows = rule.conditions.map((condition) => parseMetricName(condition.metric).window);
      expect(new Set(windows)).toEqual(new Set(Object.keys(METRIC_WINDOWS)));
    }
  });

  test.each(everyCondition)(
    'raises $type when $metric reaches its threshold and not just below',
    ({ type, metric, comparison, threshold }) => {
      const reaching = comparison === 'above' ? threshold + 1 : threshold;
      expect(typesOf({ [metric]: reaching })).toEqual([type]);
      expect(typesOf({ [metric]: reaching - 1 })).toEqual([]);
    },
  );

  test.each([
    ['failed_logins_5m', 50],
    ['reset_failures_15m', 10],
    ['oauth_callback_errors_5m', 10],
    ['jwt_validation_errors_5m', 25],
    ['suspicious_admin_logins_1h', 2],
    ['tenant_leak_suspected_5m', 1],
  ])('keeps the documented threshold of %s', (metric, threshold) => {
    expect(typesOf({ [metric]: threshold })).toHaveLength(1);
    expect(typesOf({ [metric]: threshold - 1 })).toHaveLength(0);
  });

  test('reads other names, other cases, and a name without a window as the window of the rule', () => {
    expect(typesOf({ password_reset_failures_15m: 10 })).toEqual(['PASSWORD_RESET_FAILURES']);
    expect(typesOf({ FAILED_LOGINS_5M: 50 })).toEqual(['FAILED_LOGINS_SPIKE']);
    expect(typesOf({ failed_logins: 50 })).toEqual(['FAILED_LOGINS_SPIKE']);
    expect(typesOf({ reset_failures: 9 })).toEqual([]);
  });

  test('grows more severe with the multiple of the threshold, and never less', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...everyCondition),
        fc.nat(10_000),
        fc.nat(10_000),
        ({ metric }, one, other) => {
          const severity = (count: number) =>
            deriveAuthIncidents({ [metric]: count }, NOON)[0]?.severity_guess ?? -1;
          const [less, more] = [Math.min(one, other), Math.max(one, other)];
          expect(severity(less)).toBeLessThanOrEqual(severity(more));
        },
      ),
    );
    expect(deriveAuthIncidents({ failed_logins_5m: 200 }, NOON)[0]?.severity_guess).toBe(3);
    expect(deriveAuthIncidents({ tenant_leak_suspected_1h: 1 }, NOON)[0]?.severity_guess).toBe(3);
  });

  test('never raises for a part what it does not raise for the whole', () => {
    const metrics = fc.dictionary(fc.constantFrom(...everyCondition.map((each) => each.metric)), fc.nat(300));
    fc.assert(
      fc.property(metrics, metrics, (some, more) => {
        const together = { ...some, ...more };
        for (const [name, count] of Object.entries(some))
          together[name] = Math.max(count, together[name] ?? 0);
        expect(new Set(typesOf(together))).toEqual(new Set([...typesOf(together), ...typesOf(some)]));
      }),
    );
  });

  test('puts the most severe first', () => {
    expect(typesOf({ reset_failures_15m: 10, failed_logins_5m: 50, tenant_leak_suspected_5m: 1 })).toEqual([
      'TENANT_LEAK_RISK',
      'FAILED_LOGINS_SPIKE',
      'PASSWORD_RESET_FAILURES',
    ]);
  });

  test('gives the same event for the same metrics in the same window, another one outside it', () => {
    const idAt = (iso: string, tenantId?: string) =>
      deriveAuthIncidents({ failed_logins_5m: 50 }, { ...at(iso), tenantId })[0]?.event_id;
    expect(deriveAuthIncidents({ failed_logins_5m: 50 }, NOON)).toEqual(
      deriveAuthIncidents({ failed_logins_5m: 50 }, NOON),
    );
    expect(idAt('2026-03-01T12:04:59.999Z')).toBe(idAt('2026-03-01T12:00:00Z'));
    expect(idAt('2026-03-01T13:00:00+01:00')).toBe(idAt('2026-03-01T12:00:00Z'));
    expect(idAt('2026-03-01T12:05:00Z')).not.toBe(idAt('2026-03-01T12:00:00Z'));
    expect(idAt('2026-03-01T12:00:00Z', 'a')).not.toBe(idAt('2026-03-01T12:00:00Z', 'b'));
  });

  test('carries the tenant and the provider of the context', () => {
    const context = { ...NOON, tenant_id: 'acme', provider: 'google', anything: 'else' };
    expect(deriveAuthIncidents({ oauth_errors_5m: 12 }, context)).toMatchObject([
      { tenant_id: 'acme', provider: 'google' },
    ]);
  });

  test('takes other thresholds from the context', () => {
    expect(typesOf({ failed_logins_1h: 150 }, { failed_logins_1h: 200 })).toEqual([]);
    expect(typesOf({ failed_logins_1h: 20 }, { failed_logins_1h: 20, failed_payments_1h: 3 })).toEqual([
      'FAILED_LOGINS_SPIKE',
    ]);
    expect(typesOf({ oauth_callback_errors_5m: 5 }, { oauth_errors: 5 })).toEqual(['OAUTH_CALLBACK_ERRORS']);
    expect(typesOf({ tenant_leak_suspected_5m: 1 }, { tenant_leak_5m: 3 })).toEqual([]);
  });

  test('does not let a longer window undo a threshold that was raised for a shorter one', () => {
    expect(
      typesOf(
        { failed_logins_5m: 400, failed_logins_15m: 400, failed_logins_1h: 400 },
        { failed_logins_5m: 500 },
      ),
    ).toEqual([]);
    expect(typesOf({ failed_logins_1h: 160 }, { failed_logins_5m: 500, failed_logins_1h: 155 })).toEqual([
      'FAILED_LOGINS_SPIKE',
    ]);
  });

  test('passes over metrics it does not know, and keeps the numbers among them for the responder', () => {
    const [event] = deriveAuthIncidents(
      { failed_logins_5m: 60, active_users: 12, temperature: -3, note: 'hot', bad: Number.NaN, absent: null },
      NOON,
    );
    expect(event?.metrics_snapshot).toEqual({ failed_logins_5m: 60, active_users: 12, temperature: -3 });
    expect(typesOf({})).toEqual([]);
    expect(typesOf({ failed_logins_5m: undefined, failed_logins_1h: null })).toEqual([]);
  });

  test.each<[string, unknown, unknown]>([
    ['metrics.failed_logins_1h', { failed_logins_1h: Number.NaN }, {}],
    ['metrics.failed_logins_1h', { failed_logins_1h: -1 }, {}],
    ['metrics.failed_logins_1h', { failed_logins_1h: '150' }, {}],
    ['metrics.Jwt_Errors_5m', { Jwt_Errors_5m: Number.POSITIVE_INFINITY }, {}],
    ['metrics', null, {}],
    ['metrics', [150], {}],
    ['context', {}, 'prod'],
    ['context.tenantId', {}, { tenantId: '' }],
    ['context.tenant_id', {}, { tenantId: 'a', tenant_id: 'b' }],
    ['context.occurredAtISO', {}, { occurredAtISO: 'yesterday' }],
    ['context.thresholds', {}, { thresholds: 5 }],
    ['context.thresholds.failed_logins_5m', {}, { thresholds: { failed_logins_5m: -1 } }],
    ['context.thresholds.failed_logins_5m', {}, { thresholds: { failed_logins_5m: 0 } }],
  ])('refuses a wrong %s', (field, metrics, context) => {
    expect(() => deriveAuthIncidents(metrics as never, context as never)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', field }),
    );
  });

  test('tells how near each type is to its incident', () => {
    const assessed = assessIncidents(
      AUTH_INCIDENT_RULES,
      { failed_logins_5m: 25, tenant_leak_suspected_1h: 1 },
      NOON,
    );
    expect(assessed.map(({ type, pressure, fires }) => ({ type, pressure, fires }))).toEqual(
      AUTH_INCIDENT_TYPES.map((type) => ({
        type,
        pressure: type === 'FAILED_LOGINS_SPIKE' ? 0.5 : type === 'TENANT_LEAK_RISK' ? 2 : 0,
        fires: type === 'TENANT_LEAK_RISK',
      })),
    );
  });

  test('tells every threshold as it holds, those that follow from a shorter window among them', () => {
    const held = (configured: Readonly<Record<string, number>>) =>
      thresholdsOf(AUTH_INCIDENT_RULES, Object.entries(configured))
        .filter(({ type }) => type === 'FAILED_LOGINS_SPIKE')
        .map(({ metric, shipped, threshold }) => [metric, shipped, threshold]);
    expect(held({ login_failures_5m: 120 })).toEqual([
      ['failed_logins_5m', 50, 120],
      ['failed_logins_15m', 90, 120],
      ['failed_logins_1h', 150, 150],
    ]);
    expect(held({ failed_logins_5m: 10 })).toEqual([
      ['failed_logins_5m', 50, 10],
      ['failed_logins_15m', 90, 90],
      ['failed_logins_1h', 150, 150],
    ]);
  });
});

describe('deriving custom incidents', () => {
  test.each(['checkout_abandonment_rate', 'abandonment_rate', 'abandonment_rate_1h'])(
    'raises cart abandonment when %s is above a half',
    (rate) => {
      expect(deriveCustomIncidents({ [rate]: 0.65 }, NOON)).toMatchObject([
        { incident_type: 'HIGH_CART_ABANDONMENT', severity_guess: 1, metrics_snapshot: { [rate]: 0.65 } },
      ]);
      expect(deriveCustomIncidents({ [rate]: 0.5 }, NOON)).toEqual([]);
      expect(
        deriveCustomIncidents(
          { [rate]: 0.95 },
          { ...NOON, thresholds: { checkout_abandonment_rate: 0.97, abandonment_rate: 0.97 } },
        ),
      ).toEqual([]);
    },
  );

  test('raises payment failures at their threshold, always of severity 2', () => {
    expect(deriveCustomIncidents({ failed_payments_1h: 50 }, NOON)).toMatchObject([
      { incident_type: 'PAYMENT_FAILURES_SPIKE', severity_guess: 2 },
    ]);
    expect(deriveCustomIncidents({ failed_payments_1h: 5_000 }, NOON)).toMatchObject([{ severity_guess: 2 }]);
    expect(deriveCustomIncidents({ failed_payments_1h: 19 }, NOON)).toEqual([]);
  });

  const noShows: IncidentRule = {
    type: 'NO_SHOW_WAVE',
    conditions: [{ metric: 'no_shows_1h', comparison: 'atLeast', threshold: 5 }],
    severitySteps: [
      { atRatio: 1, severity: 0 },
      { atRatio: 2, severity: 1 },
    ],
  };

  test('raises types that a business registers, without touching the registry it started from', () => {
    const registry = registerIncidentType(SHIPPED_INCIDENT_TYPES, noShows);
    expect(deriveCustomIncidents({ no_shows_1h: 10 }, NOON, registry)).toMatchObject([
      { incident_type: 'NO_SHOW_WAVE', severity_guess: 1 },
    ]);
    expect(deriveCustomIncidents({ no_shows_1h: 10 }, NOON)).toEqual([]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['type', { type: 'FAILED_LOGINS_SPIKE' }],
    ['type', { type: 'HIGH_CART_ABANDONMENT' }],
    ['type', { type: 'noShows' }],
    ['conditions', { conditions: [] }],
    ['conditions.0.metric', { conditions: [{ metric: 'No shows', comparison: 'above', threshold: 1 }] }],
    ['conditions.0.comparison', { conditions: [{ metric: 'no_shows', comparison: 'below', threshold: 1 }] }],
    ['conditions.0.threshold', { conditions: [{ metric: 'no_shows', comparison: 'atLeast', threshold: 0 }] }],
    ['severitySteps', { severitySteps: [] }],
    ['severitySteps.0.severity', { severitySteps: [{ atRatio: 1, severity: 4 }] }],
    [
      'severitySteps.1.atRatio',
      {
        severitySteps: [
          { atRatio: 2, severity: 1 },
          { atRatio: 1, severity: 2 },
        ],
      },
    ],
    [
      'severitySteps.1.severity',
      {
        severitySteps: [
          { atRatio: 1, severity: 2 },
          { atRatio: 2, severity: 1 },
        ],
      },
    ],
  ])('refuses to register a wrong %s', (field, wrong) => {
    expect(() =>
      registerIncidentType(SHIPPED_INCIDENT_TYPES, { ...noShows, ...wrong }),
    ).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', field }));
  });
});

test('an id for a hand-made event is new every time', () => {
  expect(generateId()).toMatch(/^evt_[0-9a-f]{32}$/);
  expect(generateId()).not.toBe(generateId());
});
