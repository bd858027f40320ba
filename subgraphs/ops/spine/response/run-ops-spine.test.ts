import { describe, expect, test } from '@jest/globals';
import { AUTH_INCIDENT_TYPES } from '../incidents/auth-incident-rules.js';
import { deriveAuthIncidents } from '../incidents/derive-incidents.js';
import { SEVERITIES, type OpsEvent, type Severity } from '../incidents/ops-event.js';
import { OPS_FLAGS, RESPONSE_CLASSIFICATIONS } from './playbook.js';
import {
  AUTH_PLAYBOOKS,
  ECOMMERCE_PLAYBOOKS,
  runAuthOpsSpine,
  runEcommerceOpsSpine,
  runOpsSpine,
} from './run-ops-spine.js';

const eventOf = (
  incident_type: string,
  severity_guess: Severity = 2,
  rest: Partial<OpsEvent> = {},
): OpsEvent => ({
  event_id: 'evt_123',
  incident_type,
  severity_guess,
  occurred_at: '2026-03-01T12:00:00.000Z',
  metrics_snapshot: { failed_logins_1h: 150 },
  ...rest,
});

const everyType = [
  ...AUTH_INCIDENT_TYPES,
  'HIGH_CART_ABANDONMENT',
  'PAYMENT_FAILURES_SPIKE',
  'NOBODY_KNOWS_IT',
];
const everyCase = everyType.flatMap((type) => SEVERITIES.map((severity) => [type, severity] as const));

describe('the response to an incident', () => {
  test('to a login spike is the documented one', () => {
    const response = runAuthOpsSpine(eventOf('FAILED_LOGINS_SPIKE'));
    expect(response.decision).toBe('Contain likely brute force and protect legitimate users.');
    expect(response.recommended_flags).toEqual([
      { key: 'auth.rateLimit.strict', value: true, reason: expect.any(String) },
      { key: 'auth.captcha.enabled', value: true, reason: expect.any(String) },
    ]);
    expect(response.rollback_plan[0]).toBe('Disable rate limiting if false positives spike');
    expect(response.classification).toBe('SECURITY');
  });

  test.each(everyCase)(
    'to %s of severity %i is complete, and takes back each flag it recommends',
    (type, severity) => {
      const response = runEcommerceOpsSpine(eventOf(type, severity, { provider: 'google' }));
      for (const lines of [response.steps, response.risks, response.rollback_plan]) {
        expect(lines.length).toBeGreaterThan(0);
        expect(new Set(lines).size).toBe(lines.length);
        for (const line of lines) expect(line.trim().length).toBeGreaterThan(10);
      }
      expect(RESPONSE_CLASSIFICATIONS).toContain(response.classification);
      expect(response.rollback_plan.length).toBeGreaterThan(response.recommended_flags.length);
      expect(new Set(response.recommended_flags.map((flag) => flag.key)).size).toBe(
        response.recommended_flags.length,
      );
    },
  );

  test.each(everyCase)('to %s of severity %i is the same every time, byte for byte', (type, severity) => {
    const event = eventOf(type, severity);
    expect(JSON.stringify(runEcommerceOpsSpine(structuredClone(event)))).toBe(
      JSON.stringify(runEcommerceOpsSpine(event)),
    );
  });

  test('exists for each of the eight types, and recommends only flags that the platform has', () => {
    expect(AUTH_PLAYBOOKS.map((playbook) => playbook.type)).toEqual([...AUTH_INCIDENT_TYPES]);
    const known: readonly string[] = Object.values(OPS_FLAGS);
    for (const { flags } of AUTH_PLAYBOOKS) for (const { key } of flags) expect(known).toContain(key);
    const used = new Set(AUTH_PLAYBOOKS.flatMap(({ flags }) => flags.map(({ key }) => key)));
    expect(used).toEqual(new Set(known));
  });

  test('does not grow shorter as an incident grows more severe', () => {
    for (const type of everyType) {
      const sizes = SEVERITIES.map((severity) => {
        const response = runEcommerceOpsSpine(eventOf(type, severity));
        return response.steps.length + response.recommended_flags.length;
      });
      expect(sizes).toEqual([...sizes].sort((left, right) => left - right));
    }
  });

  test('switches off the provider the event names, and none when it names none', () => {
    const flagsOf = (rest: Partial<OpsEvent>) =>
      runAuthOpsSpine(eventOf('OAUTH_CALLBACK_ERRORS', 1, rest)).recommended_flags;
    expect(flagsOf({ provider: 'google' })).toContainEqual({
      key: 'auth.oauth.disableProvider',
      value: 'google',
      reason: expect.any(String),
    });
    expect(flagsOf({}).map((flag) => flag.key)).toEqual(['auth.rateLimit.strict']);
  });

  test('to payment failures is to check the gateway, in the three documented steps', () => {
    const response = runEcommerceOpsSpine(eventOf('PAYMENT_FAILURES_SPIKE', 3));
    expect(response.decision).toBe('Check payment gateway status');
    expect(response.steps).toEqual([
      'Verify Stripe/PayPal API status',
      'Check webhook delivery',
      'Review recent payment config changes',
    ]);
    expect(response.classification).toBe('BILLING');
  });

  test('falls back from the shop to authentication, and from there to the universal one', () => {
    const event = eventOf('JWT_VALIDATION_ERRORS');
    expect(runEcommerceOpsSpine(event)).toEqual(runAuthOpsSpine(event));
    const unknown = eventOf('NOBODY_KNOWS_IT');
    expect(runEcommerceOpsSpine(unknown)).toEqual(runAuthOpsSpine(unknown));
    expect(runAuthOpsSpine(eventOf('PAYMENT_FAILURES_SPIKE'))).toEqual(runAuthOpsSpine(unknown));
    expect(runAuthOpsSpine(eventOf('constructor'))).toEqual(runAuthOpsSpine(unknown));
  });

  test('follows the playbook of a business for a type of its own', () => {
    const [model] = ECOMMERCE_PLAYBOOKS;
    const playbook = { ...model!, type: 'NO_SHOW_WAVE', decision: 'Call those who did not come.' };
    expect(runOpsSpine(eventOf('NO_SHOW_WAVE'), [playbook]).decision).toBe('Call those who did not come.');
  });

  test('can be changed by whoever gets it without changing the next one', () => {
    const first = runAuthOpsSpine(eventOf('TENANT_LEAK_RISK')) as unknown as { risks: string[] };
    first.risks.push('mine');
    expect(runAuthOpsSpine(eventOf('TENANT_LEAK_RISK')).risks).not.toContain('mine');
  });

  test('answers what detection raises', () => {
    const [event] = deriveAuthIncidents({ failed_logins_1h: 150 });
    expect(runAuthOpsSpine(event!).decision).toMatch(/brute force/);
  });

  test.each<[string, unknown]>([
    ['event', null],
    ['event_id', { event_id: '' }],
    ['incident_type', { incident_type: 5 }],
    ['severity_guess', { severity_guess: 4 }],
    ['severity_guess', { severity_guess: 1.5 }],
    ['occurred_at', { occurred_at: 'now' }],
    ['metrics_snapshot', { metrics_snapshot: [] }],
    ['metrics_snapshot.failed', { metrics_snapshot: { failed: '3' } }],
    ['tenant_id', { tenant_id: '' }],
  ])('is refused to an event with a wrong %s', (field, wrong) => {
    const event = wrong === null ? null : { ...eventOf('FAILED_LOGINS_SPIKE'), ...(wrong as object) };
    expect(() => runAuthOpsSpine(event as unknown as OpsEvent)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', field }),
    );
  });
});
