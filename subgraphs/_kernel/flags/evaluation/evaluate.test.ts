import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evaluateFlag, type FlagContext } from './evaluate.js';
import type { FlagDefinition, FlagRule } from './flag.js';
import { plainFlag } from './known-flags.js';
import { murmur32, shareOf } from './murmur.js';

const NOW = new Date('2026-03-01T12:00:00Z');

const rolledOut = (percentage: number, more: Partial<FlagRule> = {}): FlagDefinition =>
  plainFlag({
    key: 'checkout',
    type: 'BOOLEAN',
    description: '',
    defaultValue: false,
    rules: [
      { id: 'some', constraints: [], percentage, stickiness: 'userId', group: 'checkout', value: true, from: null, until: null, ...more },
    ],
  });

const of = (userId: string, more: Partial<FlagContext> = {}): FlagContext => ({ userId, now: NOW, ...more });
const has = (flag: FlagDefinition, userId: string): boolean => evaluateFlag(flag, of(userId)).value === true;

describe('a percentage', () => {
  test.each([1, 10, 50, 99])('is met by 100,000 people to within 0.3 points, at %i', (percentage) => {
    const flag = rolledOut(percentage);
    let within = 0;
    for (let at = 0; at < 100_000; at += 1) if (has(flag, `usr_${at}`)) within += 1;
    expect(Math.abs(within / 1_000 - percentage)).toBeLessThanOrEqual(0.3);
  });

  test('takes nobody out again as it is raised, and always has the same ones in', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(100), fc.nat(100), (userId, one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(has(rolledOut(low), userId)).toBe(has(rolledOut(low), userId));
        if (has(rolledOut(low), userId)) expect(has(rolledOut(high), userId)).toBe(true);
      }),
    );
  });

  test('is nobody at 0 and everyone at 100', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (userId) => {
        expect(has(rolledOut(0), userId)).toBe(false);
        expect(has(rolledOut(100), userId)).toBe(true);
      }),
    );
  });

  test('is drawn apart by rules of different groups', () => {
    const both = Array.from({ length: 10_000 }, (_, at) => `usr_${at}`).filter(
      (id) => has(rolledOut(50), id) && has(rolledOut(50, { group: 'other' }), id),
    );
    expect(Math.abs(both.length - 2_500)).toBeLessThan(250);
  });
});

test('variants share people by their weights, each always the same', () => {
  const flag = rolledOut(100, {
    variants: [
      { name: 'one', weight: 1, value: true },
      { name: 'three', weight: 3, value: false },
    ],
  });
  const names = Array.from({ length: 10_000 }, (_, at) => evaluateFlag(flag, of(`usr_${at}`)).variant);
  expect(Math.abs(names.filter((name) => name === 'one').length - 2_500)).toBeLessThan(200);
  expect(evaluateFlag(flag, of('usr_7'))).toEqual(evaluateFlag(flag, of('usr_7')));
});

test('a value of a company ends when it was said to', () => {
  const flag = { ...rolledOut(0), overrides: { acme: { value: true, until: '2026-03-01T13:00:00Z' } } };
  expect(evaluateFlag(flag, of('u', { tenantId: 'acme' }))).toMatchObject({ value: true, reason: 'TENANT_OVERRIDE' });
  const later = { tenantId: 'acme', now: new Date('2026-03-01T13:00:00Z') };
  expect(evaluateFlag(flag, of('u', later))).toMatchObject({ value: false, reason: 'DEFAULT' });
});

test('the name of a built-in property of objects is no company and no property', () => {
  const flag = rolledOut(100, { constraints: [{ property: 'constructor', operator: 'IN', values: ['x'] }] });
  expect(evaluateFlag(flag, of('u', { tenantId: 'constructor', properties: {} }))).toMatchObject({ value: false });
});

test('hashes as MurmurHash3 does everywhere else', () => {
  expect(murmur32('')).toBe(0);
  expect(murmur32('hello')).toBe(613153351);
  expect(murmur32('hello, world')).toBe(345750399);
  expect(murmur32('The quick brown fox jumps over the lazy dog', 0x9747b28c)).toBe(0x2fa826cd);
  expect(shareOf('123', 'gr1')).toBe(73);
});
