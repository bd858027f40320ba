import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ascending, quantile } from '../quantile.js';
import { createVisitor } from './ask.js';

const SMALL = '{ services(first: 10) { edges { node { id name price { amount currency } } } } }';
const PERIOD_MS = 20;
const SECONDS = Number(process.argv[2] ?? 15);
const CONNECTIONS = 64;
/** Until the gateway has found its measure. */
const SETTLE_MS = 3_000;

const start = (file: string, ...args: readonly string[]): ChildProcess =>
  fork(fileURLToPath(new URL('../../../infra/local/run.mjs', import.meta.url)), [
    fileURLToPath(new URL(file, import.meta.url)),
    ...args,
  ]);

const messageOf = async (child: ChildProcess): Promise<unknown> => ((await once(child, 'message')) as readonly unknown[])[0];

interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
  readonly asked: number;
}

/** Asks at a steady pace, whether or not answers come, so that waiting is not left out of the figures. */
async function measure(url: string): Promise<Figures> {
  const victim = createVisitor(url, 'acme', 50);
  const took: number[] = [];
  let failed = 0;
  const ask = async (): Promise<void> => {
    const begun = performance.now();
    const status = await victim.ask(SMALL, '203.0.113.1').catch(() => 0);
    took.push(performance.now() - begun);
    if (status !== 200) failed += 1;
  };
  const begun = performance.now();
  const asked: Promise<void>[] = [];
  const count = (SECONDS * 1000) / PERIOD_MS;
  for (let n = 0; n < count; n += 1) {
    await delay(Math.max(0, begun + n * PERIOD_MS - performance.now()));
    asked.push(ask());
  }
  await Promise.all(asked);
  victim.stop();
  const sorted = ascending(took);
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), failed, asked: count };
}

const shown = ({ p50, p99, failed, asked }: Figures): string =>
  `p50 ${p50.toFixed(1)} ms   p99 ${p99.toFixed(1)} ms   ${failed} of ${asked} failed`;

const platform = start('platform-main.ts');
try {
  const url = String(await messageOf(platform));
  await measure(url);
  const idle = await measure(url);
  console.log(`idle                 ${shown(idle)}`);
  const abuser = start('abuser-main.ts', url, 'globex', String(CONNECTIONS));
  await messageOf(abuser);
  await delay(SETTLE_MS);
  const crowded = await measure(url);
  console.log(`beside an abuser     ${shown(crowded)}`);
  const report = messageOf(abuser);
  abuser.send('stop');
  console.log(`the abuser's answers ${JSON.stringify(await report)} on ${CONNECTIONS} connections`);
  console.log(`p99 ratio            ${(crowded.p99 / idle.p99).toFixed(2)} (target: below 2)`);
} finally {
  platform.send('stop');
  await once(platform, 'exit');
}
