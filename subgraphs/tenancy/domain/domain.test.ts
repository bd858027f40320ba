import { describe, expect, it } from '@jest/globals';
import { afterCheck, type DomainFacts } from './domain.js';
import { hostSchema } from './host-name.js';

const NOW = new Date('2027-01-10T12:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ago = (ms: number): Date => new Date(NOW.getTime() - ms);

const pending = (facts: Partial<DomainFacts> = {}): DomainFacts => ({
  status: 'PENDING',
  misses: 0,
  createdAt: ago(MINUTE),
  verifiedAt: null,
  confirmedAt: null,
  nextCheckAt: NOW,
  ...facts,
});
const verified = (facts: Partial<DomainFacts> = {}): DomainFacts =>
  pending({ status: 'VERIFIED', createdAt: ago(90 * DAY), verifiedAt: ago(80 * DAY), confirmedAt: ago(60 * MINUTE), ...facts });

describe("a company's own host", () => {
  const hosts = hostSchema('spine.example');
  const problemOf = (host: string) => hosts.safeParse(host).error?.issues[0]?.message ?? null;

  it('is kept as browsers ask for it', () => {
    expect(hosts.parse(' App.Acme.Example. ')).toBe('app.acme.example');
    expect(hosts.parse('Bücher.example')).toBe('xn--bcher-kva.example');
    expect(hosts.parse('xn--bcher-kva.example')).toBe('xn--bcher-kva.example');
    expect(hosts.parse('acme.example')).toBe('acme.example');
  });

  it.each([
    ['*.acme.example', 'must be one host: a wildcard cannot be proved'],
    ['192.0.2.7', 'must be a name, not an address'],
    ['2001:db8::7', 'must be a name, not an address'],
    ['https://acme.example', 'must be a host name such as app.example.com, without scheme, port and path'],
    ['acme.example:8443', 'must be a host name such as app.example.com, without scheme, port and path'],
    ['acme%2eexample', 'must be a host name such as app.example.com, without scheme, port and path'],
    ['_spine.acme.example', 'must be a host name such as app.example.com, without scheme, port and path'],
    ['', 'must be a host name such as app.example.com, without scheme, port and path'],
    ['-acme.example', 'must be a host name such as app.example.com'],
    ['acme..example', 'must be a host name such as app.example.com'],
    ['0x7f.1', 'must be a host name such as app.example.com'],
    [`${'a'.repeat(64)}.example`, 'must be a host name such as app.example.com'],
    [`${'a.'.repeat(122)}example`, 'must be a host name such as app.example.com'],
    ['acme', 'must have at least two labels'],
    ['spine.example', 'is an address of the platform; your subdomain there is yours already'],
    ['globex.spine.example', 'is an address of the platform; your subdomain there is yours already'],
    ['app.localhost', 'must be a name of the public DNS'],
    ['db.internal', 'must be a name of the public DNS'],
  ])('cannot be %s', (host, problem) => {
    expect(problemOf(host)).toBe(problem);
  });

  it('may look like the platform without being under it', () => {
    expect(problemOf('notspine.example')).toBeNull();
  });
});

describe('a check of a domain', () => {
  it('verifies it when both records are there, wherever it stood', () => {
    for (const facts of [pending(), verified({ misses: 2 }), verified({ status: 'DANGLING' })]) {
      expect(afterCheck(facts, null, NOW)).toMatchObject({ status: 'VERIFIED', misses: 0, problem: null, confirmedAt: NOW });
    }
    expect(afterCheck(verified(), null, NOW).verifiedAt).toEqual(ago(80 * DAY));
    expect(afterCheck(verified({ status: 'DANGLING' }), null, NOW).verifiedAt).toEqual(NOW);
  });

  it('looks at one that is not proved ever more seldom, and in the end no more', () => {
    const waitOf = (age: number) => {
      const { nextCheckAt } = afterCheck(pending({ createdAt: ago(age) }), 'TXT_MISSING', NOW);
      return nextCheckAt && (nextCheckAt.getTime() - NOW.getTime()) / MINUTE;
    };
    expect([0, MINUTE, 10 * MINUTE, 60 * MINUTE, DAY, 15 * DAY].map(waitOf)).toEqual([1, 1, 10, 60, 360, null]);
  });

  it('gives a proved one up after three misses in a row, not before', () => {
    let facts = verified();
    let now = NOW;
    const seen: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const checked = afterCheck(facts, 'CNAME_MISSING', now);
      seen.push(checked.status);
      facts = { ...facts, ...checked };
      now = checked.nextCheckAt ?? now;
    }
    expect(seen).toEqual(['VERIFIED', 'VERIFIED', 'DANGLING']);
  });

  it('counts no miss that nobody was there to report, but believes no longer than a week', () => {
    expect(afterCheck(verified({ misses: 2 }), 'NO_ANSWER', NOW)).toMatchObject({ status: 'VERIFIED', misses: 2 });
    const silent = verified({ confirmedAt: ago(7 * DAY) });
    expect(afterCheck(silent, 'NO_ANSWER', NOW).status).toBe('DANGLING');
  });

  it('counts no miss before its time, so that nobody hastens the end by asking', () => {
    const early = verified({ misses: 2, nextCheckAt: new Date(NOW.getTime() + MINUTE) });
    expect(afterCheck(early, 'TXT_MISSING', NOW)).toMatchObject({ status: 'VERIFIED', misses: 2, problem: 'TXT_MISSING' });
  });

  it('looks at a lost one daily for a month', () => {
    const lost = verified({ status: 'DANGLING', confirmedAt: ago(2 * DAY) });
    expect(afterCheck(lost, 'TXT_MISSING', NOW).nextCheckAt).toEqual(new Date(NOW.getTime() + DAY));
    expect(afterCheck({ ...lost, confirmedAt: ago(31 * DAY) }, 'TXT_MISSING', NOW).nextCheckAt).toBeNull();
  });
});
