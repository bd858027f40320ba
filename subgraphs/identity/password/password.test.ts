import { describe, expect, it } from '@jest/globals';
import { brokenPasswordRules, isStrongPassword } from './password.js';
import { createPasswordHasher } from './password-hasher.js';

describe('a password', () => {
  it('is strong with eight characters of four kinds, in any script', () => {
    expect(['Spine-demo-1!', 'Ärger_47', 'Aa1!aaaa'].map(isStrongPassword)).toEqual([true, true, true]);
  });

  it('is told each rule it breaks', () => {
    expect(brokenPasswordRules('Abcdefg1')).toEqual(['must contain a special character']);
    expect(brokenPasswordRules('abc')).toEqual([
      'must be at least 8 characters long',
      'must contain an uppercase letter',
      'must contain a number',
      'must contain a special character',
    ]);
    expect(brokenPasswordRules(`Aa1!${'x'.repeat(253)}`)).toEqual(['must be at most 256 characters long']);
  });

  it('fits its own hash and no other, and never the hash of nobody', async () => {
    const hasher = createPasswordHasher();
    const hash = await hasher.hash('Spine-demo-1!');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(hash, 'Spine-demo-1!')).toBe(true);
    expect(await hasher.verify(hash, 'Spine-demo-1?')).toBe(false);
    expect(await hasher.verify(null, 'Spine-demo-1!')).toBe(false);
  });
});
