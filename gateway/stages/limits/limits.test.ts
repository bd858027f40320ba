import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { DEFAULT_LIMITS } from '../../gateway-config.js';
import type { IdentifiedRequest } from '../authentication/authentication.js';
import { sizeOfDocument } from './document-size.js';
import { createLimitsStage } from './limits.js';

const stage = createLimitsStage({ ...DEFAULT_LIMITS, tokens: 300, depth: 5, aliases: 3, rootFields: 4, directives: 3, fields: 50 });
const caller = {} as IdentifiedRequest;
const pass = (source: string) =>
  stage({ caller, source, operationName: undefined, variables: {}, signal: new AbortController().signal });

const fragmentBomb = [
  '{ ...F0 }',
  ...Array.from({ length: 20 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`),
  'fragment F20 on Query { users { id } }',
].join('\n');

describe('limits', () => {
  test('let an ordinary operation through', async () => {
    await expect(pass('{ users { id name } a: users { id } }')).resolves.toMatchObject({ caller });
  });

  test.each([
    ['tokens', `{ ${'id '.repeat(300)} }`, /too many tokens/],
    ['depth', '{ a { b { c { d { e { f } } } } } }', /nested too deeply/],
    ['depth through fragments', '{ a { ...A } } fragment A on T { b { c { ...B } } } fragment B on T { d { e { f } } }', /nested too deeply/],
    ['aliases', '{ a: x b: x c: x d: x }', /too many aliases/],
    ['root fields', '{ a b c d e }', /too many root fields/],
    ['root fields in fragments', '{ ...R ...R ...R } fragment R on Query { a b }', /too many root fields/],
    ['directives', '{ a @x @x @x @x }', /too many directives/],
    ['fragments that multiply', fragmentBomb, /too many fields/],
    ['fragments that spread themselves', '{ ...A } fragment A on Query { x ...A }', /nested too deeply/],
    ['bytes', ' '.repeat(DEFAULT_LIMITS.bodyBytes + 1), /longer than/],
  ])('refuse too many %s', async (_what, source, message) => {
    await expect(pass(source)).rejects.toMatchObject({ code: 'OPERATION_TOO_COMPLEX', message: expect.stringMatching(message) });
  });

  test('leave a syntax error to be reported with its place', async () => {
    await expect(pass('{ users {')).resolves.toMatchObject({ source: '{ users {' });
  });

  test('measure a fragment once, however often it is spread', () => {
    expect(sizeOfDocument(parse(fragmentBomb)).fields).toBe(2 ** 20 * 2);
  });
});
