import { describe, expect, it } from '@jest/globals';
import { SIGNALS, type SignalType } from '../auth-log/auth-log.js';
import { judge } from './detection.js';

const at = new Date('2027-01-01T12:00:00Z');
const seen = (type: SignalType, in5m: number, in15m = in5m, in1h = in15m) => [
  { type, counts: { '5m': in5m, '15m': in15m, '1h': in1h } },
];
const judged = (counts: Parameters<typeof judge>[0]['counts'], alarms: Parameters<typeof judge>[0]['alarms'] = new Map()) =>
  judge({ tenantId: null, at, counts, alarms });

describe('the judgement of what was counted', () => {
  it('is silent where nothing was seen', () => {
    expect(judged([])).toEqual([]);
  });

  it.each([
    ['failed_login', 50, 'FAILED_LOGINS_SPIKE'],
    ['password_reset_failure', 6, 'PASSWORD_RESET_FAILURES'],
    ['oauth_callback_error', 10, 'OAUTH_CALLBACK_ERRORS'],
    ['jwt_validation_error', 25, 'JWT_VALIDATION_ERRORS'],
    ['session_anomaly', 5, 'SESSION_ANOMALIES'],
    ['tenant_leak_suspected', 3, 'TENANT_LEAK_RISK'],
    ['suspicious_admin_login', 2, 'SUSPICIOUS_ADMIN_LOGIN'],
    ['email_verification_failure', 8, 'EMAIL_VERIFICATION_FAILURES'],
    ['failed_payment', 8, 'PAYMENT_FAILURES_SPIKE'],
  ] as const)('fires on %s from %i in five minutes on', (type, threshold, incident) => {
    expect(judged(seen(type, threshold - 1)).every((finding) => finding.change === null)).toBe(true);
    expect(judged(seen(type, threshold))).toEqual([
      expect.objectContaining({ type: incident, change: 'FIRED', event: expect.objectContaining({ incident_type: incident }) }),
    ]);
  });

  it('knows every signal that can be logged', () => {
    const types = Object.keys(SIGNALS) as SignalType[];
    expect(judged(types.flatMap((type) => seen(type, 1_000))).filter((finding) => finding.change === 'FIRED')).toHaveLength(types.length);
  });

  it('fires on a slow drip by the longer windows', () => {
    expect(judged(seen('failed_login', 10, 40, 150))).toEqual([expect.objectContaining({ change: 'FIRED' })]);
  });

  it('says no second time that it fires', () => {
    const [first] = judged(seen('failed_login', 60));
    if (!first) throw new Error('Nothing fired');
    expect(judged(seen('failed_login', 70), new Map([[first.type, first.alarm]]))).toEqual([
      expect.objectContaining({ change: null, event: expect.objectContaining({ severity_guess: 2 }) }),
    ]);
  });
});
