import { describe, expect, test } from '@jest/globals';
import { NO_ASSURANCE, type MemberPrincipal } from '../../subgraphs/_kernel/wire/principal.js';
import { createRevocationList, TOKENS_LIVE_MS } from './revocation-list.js';

const NOW = 1_700_000_000_000;

const member = (of: Partial<MemberPrincipal> = {}): MemberPrincipal => ({
  kind: 'member',
  userId: 'u1',
  membershipId: 'm1',
  sessionId: 's1',
  roles: [],
  permissions: [],
  assurance: NO_ASSURANCE,
  ...of,
});

const listAt = (limit?: number) => {
  const clock = { now: NOW };
  const list = createRevocationList(() => clock.now, limit);
  const codeOf = (principal: MemberPrincipal, issuedAt?: number): string | undefined =>
    list.refusalOf({ principal, issuedAt })?.code;
  return { clock, list, codeOf };
};

describe('what has been taken back', () => {
  test('ends a session for good, and no other', () => {
    const { list, codeOf } = listAt();
    list.add({ revocation: { kind: 'session', sessionId: 's1' }, at: NOW });
    expect(codeOf(member(), NOW + 5_000)).toBe('UNAUTHENTICATED');
    expect(codeOf(member({ sessionId: 's2' }), NOW - 5_000)).toBeUndefined();
  });

  test('asks who holds a changed membership for a newer token', () => {
    const { list, codeOf } = listAt();
    list.add({ revocation: { kind: 'membership', membershipId: 'm1', out: false }, at: NOW });
    expect(codeOf(member(), NOW - 1)).toBe('UNAUTHENTICATED');
    expect(codeOf(member(), NOW)).toBeUndefined();
    expect(codeOf(member({ membershipId: 'm2' }), NOW - 1)).toBeUndefined();
  });

  test('spares the session that changed the password, until another changes it again', () => {
    const { list, codeOf } = listAt();
    list.add({ revocation: { kind: 'user', userId: 'u1', keptSessionId: 's1' }, at: NOW });
    expect(codeOf(member(), NOW - 1)).toBeUndefined();
    expect(codeOf(member({ sessionId: 's2' }), NOW - 1)).toBe('UNAUTHENTICATED');
    list.add({ revocation: { kind: 'user', userId: 'u1', keptSessionId: 's2' }, at: NOW + 1 });
    expect(codeOf(member(), NOW - 1)).toBe('UNAUTHENTICATED');
    expect(codeOf(member({ sessionId: 's2' }), NOW - 1)).toBe('UNAUTHENTICATED');
    expect(codeOf(member({ sessionId: 's2' }), NOW + 1)).toBeUndefined();
  });

  test('is forgotten once every token from before has run out', () => {
    const { clock, list } = listAt();
    list.add({ revocation: { kind: 'session', sessionId: 's1' }, at: NOW });
    clock.now += TOKENS_LIVE_MS + 1;
    list.add({ revocation: { kind: 'session', sessionId: 's2' }, at: clock.now });
    expect(list.size).toBe(1);
  });

  test('stays bounded by refusing everything older than what it had to forget early', () => {
    const { list, codeOf } = listAt(10);
    for (let n = 0; n < 30; n += 1) list.add({ revocation: { kind: 'session', sessionId: `gone ${n}` }, at: NOW + n });
    expect(list.size).toBe(10);
    expect(codeOf(member({ sessionId: 'gone 0' }), NOW - 1)).toBe('UNAUTHENTICATED');
    expect(codeOf(member({ sessionId: 'another' }), NOW + 19)).toBe('UNAUTHENTICATED');
    expect(codeOf(member({ sessionId: 'another' }), NOW + 20)).toBeUndefined();
  });
});
