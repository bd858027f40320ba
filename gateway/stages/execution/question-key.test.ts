import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { questionKeyOf } from './question-key.js';

const values = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('a;b:1:', '1', ';id:1:a'), fc.integer(), fc.constant(null), fc.boolean());
const representations = fc
  .record({ id: values, sku: values, of: fc.oneof(values, fc.record({ id: values })) }, { requiredKeys: ['id'] })
  .map((rest) => ({ __typename: 'Product', ...rest }));

describe('the key of a question', () => {
  test('is the same exactly when the question is', () => {
    fc.assert(
      fc.property(representations, representations, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(questionKeyOf(one) === questionKeyOf(other)).toBe(same);
      }),
      { numRuns: 3_000 },
    );
  });

  test('does not take a number for its digits, nor one value for two', () => {
    expect(questionKeyOf({ id: 1 })).not.toBe(questionKeyOf({ id: '1' }));
    expect(questionKeyOf({ id: 'a;sku:1:b' })).not.toBe(questionKeyOf({ id: 'a', sku: 'b' }));
  });
});
