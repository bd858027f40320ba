import { describe, expect, test } from '@jest/globals';
import { ownPath } from './return-address.js';

describe('where somebody is sent on to', () => {
  test('is a page of ours', () => {
    expect(ownPath('/account/consent?interaction=x')).toBe('/account/consent?interaction=x');
    expect(ownPath('/oidc/auth')).toBe('/oidc/auth');
  });

  test.each([
    null,
    '',
    'https://evil.example/account',
    '//evil.example/account',
    '/\\evil.example',
    '/account/../../evil',
    '/accounts',
    '/graphql',
    '/account\n/x',
    'javascript:alert(1)',
  ])('is never %j', (asked) => {
    expect(ownPath(asked)).toBeNull();
  });
});
