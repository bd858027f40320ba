import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalForm, MalformedForm, parseForm } from './form.js';

describe('a form', () => {
  it('nests by brackets', () => {
    expect(canonicalForm(parseForm('a[b][c]=1&a[d]=2&list[0]=x&list[1]=y&plain=z%26'))).toBe(
      '{"a":{"b":{"c":"1"},"d":"2"},"list":{"0":"x","1":"y"},"plain":"z&"}',
    );
  });

  it('counts the elements of a list without positions', () => {
    expect(canonicalForm(parseForm('e[]=x&e[]=y'))).toBe('{"e":{"0":"x","1":"y"}}');
  });

  it('is the same whatever order its fields come in', () => {
    expect(canonicalForm(parseForm('b=2&a[y]=1&a[x]=0'))).toBe(canonicalForm(parseForm('a[x]=0&a[y]=1&b=2')));
  });

  it('does not reach a prototype', () => {
    parseForm('__proto__[polluted]=1&constructor[prototype][polluted]=1');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('is parsed or refused as malformed, whatever it contains', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseForm(text);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedForm);
        }
      }),
    );
  });
});
