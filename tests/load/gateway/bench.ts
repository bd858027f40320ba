import path from 'node:path';
import { parseArgs } from 'node:util';
import { requireEqualAnswers } from './answers.js';
import { builtPathOf } from './build.js';
import type { Listening } from './contestants/contestant.js';
import { CONTESTANTS, type ContestantName } from './contestants/contestants.js';
import { operationNamed, OPERATIONS, type BenchOperation } from './operations.js';
import { installPeers } from './peers.js';
import { canPin, startProcess, type BenchProcess } from './processes.js';
import { topSelfTimes } from './profile.js';
import { tableOf, type Round } from './report.js';

const HELP = `Compares the gateway with others on the same graph, in one run.

  npm run bench -- [options]

  --quick              short rounds: about a minute in all
  --seconds N          length of one round, 4 by default
  --rounds N           rounds of each, interleaved; the medians are printed, 5 by default
  --connections N      connections that are kept busy, 32 by default
  --only a,b           of ${CONTESTANTS.map(({ name }) => name).join(', ')}
  --operation a,b      of ${OPERATIONS.map(({ name }) => name).join(', ')}
  --profile            writes .spine/bench/<who>-<what>.cpuprofile and prints the top self times
`;

interface Options {
  readonly seconds: number;
  readonly rounds: number;
  readonly warmUpSeconds: number;
  readonly connections: number;
  readonly contestants: readonly (typeof CONTESTANTS)[number][];
  readonly operations: readonly BenchOperation[];
  readonly profile: boolean;
}

interface Runner {
  readonly title: string;
  readonly name: ContestantName;
  readonly process: BenchProcess;
  readonly target: Listening;
}

const out = (line: string): void => void process.stdout.write(`${line}\n`);

function numberOf(text: string | undefined, fallback: number, name: string): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} is a number above zero, not ${text}.`);
  return value;
}

function optionsOf(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      connections: { type: 'string' },
      only: { type: 'string' },
      operation: { type: 'string' },
      profile: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return null;
  const only = values.only?.split(',');
  const unknown = only?.find((name) => !CONTESTANTS.some((known) => known.name === name));
  if (unknown !== undefined) throw new Error(`There is no contestant ${unknown}.`);
  const quick = values.quick === true;
  return {
    seconds: numberOf(values.seconds, quick ? 1 : 4, 'seconds'),
    rounds: numberOf(values.rounds, quick ? 2 : 5, 'rounds'),
    warmUpSeconds: quick ? 1 : 3,
    connections: numberOf(values.connections, 32, 'connections'),
    contestants: CONTESTANTS.filter(({ name }) => !only || only.includes(name)),
    operations: values.operation ? values.operation.split(',').map(operationNamed) : OPERATIONS,
    profile: values.profile === true,
  };
}

/** Measures rounds of one operation, one contestant after the other, so that a noisy minute meets them all. */
async function measure(operation: BenchOperation, runners: readonly Runner[], load: BenchProcess, options: Options): Promise<string> {
  const rounds = new Map<Runner, Round[]>(runners.map((runner) => [runner, []]));
  let from = 0;

  const drive = async ({ target }: Runner, seconds: number) => {
    const reply = await load.ask('load', { target, operation: operation.name, connections: options.connections, seconds, from });
    from = reply.next;
    return reply;
  };

  for (const runner of runners) await drive(runner, options.warmUpSeconds);
  for (let round = 0; round < options.rounds; round += 1) {
    for (const runner of runners) {
      const before = await runner.process.ask('cpu', {});
      const { requests, seconds, failures, p50, p99 } = await drive(runner, options.seconds);
      const used = (await runner.process.ask('cpu', {})) - before;
      rounds.get(runner)?.push({ perSecond: requests / seconds, p50, p99, failures, cpu: used / requests, busy: used / (seconds * 1e6) });
    }
  }
  if (options.profile) for (const runner of runners) await profile(runner, operation, () => drive(runner, options.seconds));
  return tableOf(operation.title, runners.map((runner) => ({ title: runner.title, rounds: rounds.get(runner) ?? [] })));
}

async function profile(runner: Runner, operation: BenchOperation, drive: () => Promise<unknown>): Promise<void> {
  const file = path.resolve('.spine/bench', `${runner.name}-${operation.name}.cpuprofile`);
  await runner.process.ask('startProfile', {});
  await drive();
  await runner.process.ask('stopProfile', { file });
  out(`\n${runner.title}, ${operation.name}: ${path.relative(process.cwd(), file)}`);
  for (const line of await topSelfTimes(file, 45)) out(line);
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (!options) return out(HELP);
  if (options.contestants.some(({ peer }) => peer)) await installPeers();
  const program = await builtPathOf('tests/load/gateway/process-main.ts', '.spine/bench/build');
  const pinned = canPin();
  const [gatewayCore, otherCore] = pinned ? [0, 1] : [null, null];

  const processes: BenchProcess[] = [];
  const start = (core: number | null): BenchProcess => {
    const started = startProcess(program, core);
    processes.push(started);
    return started;
  };
  try {
    const remote = await start(otherCore).ask('startSubgraphs', {});
    const load = start(otherCore);
    const runners: Runner[] = [];
    for (const { name, title } of options.contestants) {
      const contestant = start(gatewayCore);
      runners.push({ name, title, process: contestant, target: await contestant.ask('startContestant', { name, remote }) });
    }
    out(
      `${pinned ? 'Each gateway alone on one core, load and subgraphs on another' : 'Not pinned to cores: no taskset here'}; ` +
        `${options.connections} connections, medians of ${options.rounds} rounds of ${options.seconds} s.`,
    );
    const targets = new Map(runners.map(({ name, target }) => [name, target]));
    for (const operation of options.operations) {
      const bytes = await requireEqualAnswers(targets, operation, [0, 7, 1_234]);
      const table = await measure(operation, runners, load, options);
      out(`\n${table}\nEvery answer checked: equal among all, ${bytes} bytes.`);
    }
  } finally {
    await Promise.all(processes.map((started) => started.stop()));
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
