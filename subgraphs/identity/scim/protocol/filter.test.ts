import { describe, expect, it } from '@jest/globals';
import { matches } from './filter-match.js';
import { parseFilter } from './filter.js';

describe('a filter', () => {
  it('binds `not` before `and`, and that before `or`', () => {
    expect(parseFilter('a eq 1 or b eq 2 and not (c pr)')).toEqual({
      kind: 'or',
      left: { kind: 'compare', path: 'a', op: 'eq', value: 1 },
      right: {
        kind: 'and',
        left: { kind: 'compare', path: 'b', op: 'eq', value: 2 },
        right: { kind: 'not', of: { kind: 'present', path: 'c' } },
      },
    });
  });

  it('reads names and words in any case, values with what they quote, and paths with their schema', () => {
    expect(parseFilter('UserName Eq "a \\"quoted\\" (name)"')).toMatchObject({ path: 'username', op: 'eq', value: 'a "quoted" (name)' });
    expect(parseFilter('urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"')).toMatchObject({ path: 'username' });
    expect(parseFilter('active eq True')).toMatchObject({ value: true });
    expect(parseFilter('emails[type eq "work" and value co "@example.com"]')).toMatchObject({
      kind: 'within',
      path: 'emails',
      of: { kind: 'and' },
    });
  });

  it.each([
    '',
    'userName',
    'userName eq',
    'userName eq bjensen',
    'userName is "x"',
    'userName eq "x" and',
    '(userName eq "x"',
    'userName eq "x")',
    'emails[type eq "work"',
    'userName eq "unclosed',
    'userName eq "x" userName eq "y"',
    "userName eq 'x'; DROP TABLE identity.scim_user; --",
    'userName eq "a\\u0000b"',
    `${'('.repeat(40)}userName pr${')'.repeat(40)}`,
    `userName eq "${'x'.repeat(5_000)}"`,
  ])('that is none is refused as such: %.60s', (text) => {
    expect(() => parseFilter(text)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidFilter' }));
  });

  it('finds the value that is meant among several', () => {
    const work = { type: 'Work', value: 'Ana@Acme.example', primary: true };
    expect(matches(parseFilter('type eq "work" and primary eq true'), work)).toBe(true);
    expect(matches(parseFilter('value sw "ana@" and value ew ".EXAMPLE" and value co "acme"'), work)).toBe(true);
    expect(matches(parseFilter('not (type eq "work")'), work)).toBe(false);
    expect(matches(parseFilter('display pr or display eq null'), work)).toBe(true);
    expect(matches(parseFilter('display ne "x"'), work)).toBe(true);
  });
});
