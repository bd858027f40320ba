import { describe, expect, it } from '@jest/globals';
import { createSecretBox } from './secret-box.js';

const box = createSecretBox('one secret of more than thirty-two characters');

describe('the secret box', () => {
  it('opens what it sealed, and seals the same text differently each time', () => {
    const [one, other] = [box.seal('hush', 'test'), box.seal('hush', 'test')];
    expect(one).not.toBe(other);
    expect([box.open(one, 'test'), box.open(other, 'test')]).toEqual(['hush', 'hush']);
  });

  it('opens nothing that was altered, sealed for another purpose, or sealed with another secret', () => {
    const sealed = box.seal('hush', 'test');
    const altered = `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`;
    expect(() => box.open(altered, 'test')).toThrow();
    expect(() => box.open(sealed, 'other')).toThrow();
    expect(() => createSecretBox('another secret of more than thirty-two').open(sealed, 'test')).toThrow();
    expect(() => box.open('v0.nothing', 'test')).toThrow('known version');
  });

  it('opens what earlier secrets sealed, and seals with the newest alone', () => {
    const [first, second, third] = ['first', 'second', 'third'].map((name) => `the ${name} secret of more than thirty-two characters`);
    if (!first || !second || !third) throw new Error('Three secrets are needed');
    const [oldest, older] = [createSecretBox(first).seal('oldest', 'test'), createSecretBox(second, [first]).seal('older', 'test')];
    const now = createSecretBox(third, [second, first]);
    expect([now.open(oldest, 'test'), now.open(older, 'test')]).toEqual(['oldest', 'older']);
    expect(() => now.open(oldest, 'other')).toThrow();
    expect(createSecretBox(third).open(now.seal('new', 'test'), 'test')).toBe('new');
    for (const secret of [first, second]) expect(() => createSecretBox(secret).open(now.seal('new', 'test'), 'test')).toThrow();
    expect(() => createSecretBox(third, [second]).open(oldest, 'test')).toThrow();
  });
});
