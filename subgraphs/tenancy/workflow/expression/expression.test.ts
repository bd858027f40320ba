import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { filledIn, holds, parseExpression } from './expression.js';

const facts = { input: { amount: 1200, country: 'DE', tags: ['new', 'vip'], agreed: true }, steps: {} };
const isSo = (source: string): boolean => {
  const parsed = parseExpression(source, ['input', 'steps']);
  if (!parsed.ok) throw new Error(parsed.message);
  return holds(parsed.expression, facts);
};
const refusalOf = (source: string): string | null => {
  const parsed = parseExpression(source, ['input', 'steps']);
  return parsed.ok ? null : parsed.message;
};

describe('an expression', () => {
  it.each([
    ['input.amount > 1000', true],
    ['input.amount > 1000 and input.country == "FR"', false],
    ["input.amount > 5000 or input.country in ['DE', 'AT']", true],
    ['not input.agreed', false],
    ['not (input.amount < 1000 or not input.agreed)', true],
    ["input.tags contains 'vip'", true],
    ["input.country contains 'D'", true],
    ['input.missing == null', true],
    ['input.missing.deeper != null', false],
    ['input.country > 3', false],
    ['input.amount <= 1200', true],
    ['input.agreed', true],
    ['input.country', false],
    ['input.constructor == null', true],
  ])('says whether %s is so', (source, expected) => {
    expect(isSo(source)).toBe(expected);
  });

  it.each([
    ['input.amount >', 'expected a value at character 15, not the end'],
    ['input.amount > 1 1', 'expected the end or an operator at character 17, not 1'],
    ['process.env', 'expected a value, or a name that begins with input or steps at character 1, not process.env'],
    ['input.amount = 1', 'nothing is known that begins like this at character 13'],
    ['(input.agreed', 'expected ) at character 14, not the end'],
    ['', 'expected a value at character 1, not the end'],
  ])('refuses %s with a reason', (source, message) => {
    expect(refusalOf(source)).toContain(message.slice(0, 40));
  });

  it('is not nested so deep that reading it would fail', () => {
    expect(refusalOf(`${'('.repeat(400)}true${')'.repeat(400)}`)).toBe('is nested more than 20 deep');
    expect(refusalOf(`${'not '.repeat(200)}true`)).toBe('is nested more than 20 deep');
    expect(refusalOf('input.a == 1 or '.repeat(100))).toBe('is longer than 1000 characters');
  });

  it('answers for any text and any facts, and never throws', () => {
    const piece = fc.constantFrom('input.a', 'steps.b.c', 'and', 'or', 'not', '(', ')', '==', '<', 'in', 'contains', '[1,2]', "'x'", '3', 'null', ' ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.jsonValue(), (pieces, known) => {
        const parsed = parseExpression(pieces.join(' '), ['input', 'steps']);
        if (parsed.ok) expect(typeof holds(parsed.expression, { input: known, steps: known })).toBe('boolean');
        else expect(parsed.message).not.toBe('');
      }),
    );
  });
});

describe('a text with places', () => {
  it('has what stands there put in, and nothing where nothing does', () => {
    expect(filledIn('{{input.country}}: {{ input.amount }} {{input.none}}{{input.tags}}!', facts)).toBe('DE: 1200 !');
  });
});
