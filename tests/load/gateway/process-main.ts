import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import type { RemoteSubgraphs } from './contestants/contestant.js';
import { loadContestant } from './contestants/contestants.js';
import { startSubgraphs } from './contestants/subgraphs.js';
import { generateLoad } from './load.js';
import type { Asked, Question, QuestionName, Reply } from './processes.js';

/** A process of the benchmark: it plays whichever part it is asked to, and answers over its channel. */
let profiler: Session | null = null;

async function startProfile(): Promise<void> {
  profiler = new Session();
  profiler.connect();
  await profiler.post('Profiler.enable');
  await profiler.post('Profiler.setSamplingInterval', { interval: 200 });
  await profiler.post('Profiler.start');
}

async function stopProfile(file: string): Promise<void> {
  const stopped = await profiler?.post('Profiler.stop');
  profiler?.disconnect();
  if (stopped) await writeFile(file, JSON.stringify(stopped.profile));
}

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const answers: { readonly [Name in QuestionName]: (asked: Asked<Name>) => Promise<Reply<Name>> } = {
  startSubgraphs: async () => startSubgraphs(),
  startContestant: async ({ name, remote }: { name: Parameters<typeof loadContestant>[0]; remote: RemoteSubgraphs }) =>
    (await loadContestant(name))(remote),
  load: generateLoad,
  cpu: async () => cpuMicroseconds(),
  startProfile,
  stopProfile: ({ file }) => stopProfile(file),
};

process.on('message', ({ id, name, asked }: Question) => {
  const answer = answers[name] as (asked: unknown) => Promise<unknown>;
  answer(asked).then(
    (reply) => process.send?.({ id, reply }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
// The benchmark is gone, so nobody asks any more.
process.on('disconnect', () => process.exit(0));
