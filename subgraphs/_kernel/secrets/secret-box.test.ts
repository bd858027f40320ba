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
});
