import { expect, test } from '@jest/globals';
import { compareExecutors } from '../../support/rich-graph/comparison.js';
import { createRichGateway } from '../../support/rich-graph/rich-gateway.js';

const OPERATIONS_PER_SEED = 2_000;
const SEEDS = Array.from({ length: 10 }, (_, nth) => 1_000 + nth);

test.each(SEEDS)('operations made up from seed %d are answered as one schema would', async (seed) => {
  const { operations } = await compareExecutors(await createRichGateway(), OPERATIONS_PER_SEED, seed);
  expect(operations).toBe(OPERATIONS_PER_SEED);
}, 600_000);
