import { beforeAll, describe, expect, it } from '@jest/globals';

describe('a file of tests', () => {
  it('has one that passes', () => expect(1).toBe(1));
  it.each([1, 2])('has some that are written once, such as %i', (number) => expect(number).toBeLessThan(3));
  it('has one that fails', () => expect(1).toBe(2));
  it('has one that throws in the end', async () => {
    await Promise.resolve();
    throw new Error('In the end');
  });
  it('has one that never ends', () => new Promise(() => undefined), 20);
  it('has one that expects more than it asks', () => {
    expect.assertions(2);
    expect(1).toBe(1);
  });
  it('has one with a promise that nobody handles', async () => {
    void Promise.reject(new Error('Unhandled'));
    await Promise.resolve();
  });
  it('has one with a promise that is handled late', async () => {
    const late = Promise.reject(new Error('Handled'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await late.catch(() => undefined);
  });
  it('has one with an error that nobody catches', async () => {
    setTimeout(() => {
      throw new Error('Uncaught');
    }, 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
  it.skip('has one that is left out', () => undefined);
  describe('whose preparation fails', () => {
    beforeAll(() => {
      throw new Error('Not prepared');
    });
    it('has one that cannot be run', () => undefined);
  });
});
