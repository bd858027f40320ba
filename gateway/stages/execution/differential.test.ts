import { beforeAll, describe, expect, test } from '@jest/globals';
import { compareExecutors, DIFFERENCES, STOCK_DIFFERENCES } from '../../support/rich-graph/comparison.js';
import { createRichGateway, type RichGateway } from '../../support/rich-graph/rich-gateway.js';

const OPERATIONS = 2_000;
const SEED = 20_261_121;
const STOCK_EVERY = 4;

let gateway: RichGateway;

beforeAll(async () => {
  gateway = await createRichGateway();
});

describe('our executor', () => {
  test('answers operations that were made up as one schema over the same data does', async () => {
    const { operations, stock } = await compareExecutors(gateway, OPERATIONS, SEED, STOCK_EVERY);
    expect(operations).toBe(OPERATIONS);
    expect(gateway.fallbacks).toEqual([]);
    // Known faults of the stock executor are rare; more of them would mean that one of ours hides among them.
    expect(Object.values(stock).reduce((sum, times) => sum + times, 0)).toBeLessThan(OPERATIONS / STOCK_EVERY / 20);
  });

  test('differs from others only in ways that have a name and a reason', () => {
    for (const { name, reason } of [...DIFFERENCES, ...STOCK_DIFFERENCES]) {
      expect(`${name}: ${reason}`).toMatch(/^.{20,}: .{40,}$/);
    }
  });
});
