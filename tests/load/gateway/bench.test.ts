import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { requireEqualAnswers } from './answers.js';
import { builtPathOf } from './build.js';
import type { Listening } from './contestants/contestant.js';
import { OPERATIONS } from './operations.js';
import { startProcess, type BenchProcess } from './processes.js';

const processes: BenchProcess[] = [];
const targets = new Map<string, Listening>();
let load: BenchProcess;

beforeAll(async () => {
  const program = await builtPathOf('tests/load/gateway/process-main.ts', '.spine/bench/smoke');
  const start = (): BenchProcess => {
    const started = startProcess(program, null);
    processes.push(started);
    return started;
  };
  const remote = await start().ask('startSubgraphs', {});
  load = start();
  for (const name of ['stock', 'ours-http', 'ours'] as const) {
    targets.set(name, await start().ask('startContestant', { name, remote }));
  }
});
afterAll(() => Promise.all(processes.map((started) => started.stop())));

test.each(OPERATIONS)('the gateways that are compared answer $name alike, also the third time', async (operation) => {
  expect(await requireEqualAnswers(targets, operation, [1, 2, 3, 4])).toBeGreaterThan(0);
});

test('every request that is measured is answered without an error', async () => {
  for (const target of targets.values()) {
    const { requests, failures } = await load.ask('load', { target, operation: 'join', connections: 4, seconds: 0.2, from: 0 });
    expect([requests > 0, failures]).toEqual([true, 0]);
  }
});
