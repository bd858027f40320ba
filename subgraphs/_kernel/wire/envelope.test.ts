import { describe, expect, it } from '@jest/globals';
import { ENVELOPE_LIFETIME_MS, openEnvelope, sealEnvelope, type Envelope } from './envelope.js';
import { ANONYMOUS } from './principal.js';
import { PLATFORM_TENANT } from './tenant.js';

const SECRET = 'a secret that only gateway and subgraphs know';
const NOW = Date.parse('2027-01-31T09:00:00Z');

const envelope: Envelope = {
  tenant: PLATFORM_TENANT,
  principal: ANONYMOUS,
  origin: { requestId: 'r1', ip: null, userAgent: null },
};

describe('an envelope', () => {
  const sealed = sealEnvelope(envelope, SECRET, NOW);

  it('gives back what was sealed, within its lifetime', () => {
    expect(openEnvelope(sealed, SECRET, NOW + ENVELOPE_LIFETIME_MS)).toEqual({ ok: true, envelope });
  });

  it('is refused when it is missing, shortened or of another secret', () => {
    const reasonOf = (value: string | undefined, secret = SECRET) => {
      const verdict = openEnvelope(value, secret, NOW);
      return verdict.ok ? 'OPENED' : verdict.reason;
    };
    expect(reasonOf(undefined)).toBe('MISSING');
    expect(reasonOf('nonsense')).toBe('MALFORMED');
    expect(reasonOf(sealed.slice(0, -4))).toBe('BAD_SIGNATURE');
    expect(reasonOf(sealed, 'another secret')).toBe('BAD_SIGNATURE');
  });

  it('is refused when one claim was changed', () => {
    const [body = '', signature = ''] = sealed.split('.');
    const forged = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    forged['principal'] = { kind: 'system', name: 'forged' };
    const altered = `${Buffer.from(JSON.stringify(forged)).toString('base64url')}.${signature}`;
    expect(openEnvelope(altered, SECRET, NOW)).toEqual({ ok: false, reason: 'BAD_SIGNATURE' });
  });

  it('is refused after its lifetime and from a clock that runs far ahead', () => {
    const expired = { ok: false, reason: 'EXPIRED' };
    expect(openEnvelope(sealed, SECRET, NOW + ENVELOPE_LIFETIME_MS + 1)).toEqual(expired);
    expect(openEnvelope(sealed, SECRET, NOW - 60_000)).toEqual(expired);
  });
});
