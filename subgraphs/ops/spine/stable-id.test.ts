import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SpineInputError } from './input-error.js';
import { canonicalJson, toJsonValue, type JsonValue } from './json.js';
import { prefixedStableId, stableId } from './stable-id.js';

function withReversedKeys(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withReversedKeys);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, withReversedKeys(item)]),
  );
}

describe('a stable id', () => {
  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const json = toJsonValue(value, 'value');
        expect(stableId(withReversedKeys(json))).toBe(stableId(json));
      }),
      { numRuns: 200 },
    );
  });

  test('differs when the canonical text differs', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (left, right) => {
        const same = canonicalJson(toJsonValue(left, 'value')) === canonicalJson(toJsonValue(right, 'value'));
        expect(stableId(left) === stableId(right)).toBe(same);
      }),
      { numRuns: 200 },
    );
  });

  test('is the SHA-256 of the canonical JSON', () => {
    expect(canonicalJson({ b: [1, 'é', null], a: { d: 1e21, c: false } })).toBe(
      '{"a":{"c":false,"d":1e+21},"b":[1,"é",null]}',
    );
    expect(stableId({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
    expect(prefixedStableId('aud', {})).toBe('aud_44136fa355b3678a1146ad16f7e8649e');
  });

  test('is the same whether an absent property is left out or undefined', () => {
    expect(stableId({ a: 1, b: undefined })).toBe(stableId({ a: 1 }));
  });

  test('is refused to what is not JSON, naming the place', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => stableId({ list: [1, Number.NaN] })).toThrow(
      new SpineInputError('value.list.1', 'must be a finite number'),
    );
    expect(() => stableId({ when: new Date(0) })).toThrow(
      new SpineInputError('value.when', 'must be a JSON value'),
    );
    expect(() => stableId({ many: 1n })).toThrow(SpineInputError);
    expect(() => stableId(undefined)).toThrow(SpineInputError);
    expect(() => stableId(cycle)).toThrow(SpineInputError);
  });
});
