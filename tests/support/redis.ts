import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

const PROGRAM = 'redis-server';

/** The Redis server program of this machine; null where there is none. */
export async function redisServerProgram(): Promise<string | null> {
  return promisify(execFile)(PROGRAM, ['--version']).then(
    () => PROGRAM,
    () => null,
  );
}

/** What can tell readers of new events on this machine. */
export const signalDrivers = async (): Promise<readonly ('PostgreSQL' | 'Redis')[]> =>
  (await redisServerProgram()) === null ? ['PostgreSQL'] : ['PostgreSQL', 'Redis'];

/**
 * A Redis of its own that keeps nothing; null where the machine has none.
 * @param at where one was before that was stopped; any free port without it
 */
export async function startTestRedis(at?: URL): Promise<TestRedis | null> {
  const program = await redisServerProgram();
  if (program === null) return null;
  const port = at ? Number(at.port) : await freePort();
  const server = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of server.stdout as AsyncIterable<Buffer>) {
    if (chunk.toString().includes('Ready to accept connections')) break;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      server.kill('SIGKILL');
      await once(server, 'close');
    },
  };
}
