import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStripeDouble, type StripeDouble } from '../../infra/local/doubles/stripe/stripe-double.js';
import { SUBGRAPH_NAMES } from '../../subgraphs/_kernel/wire/subgraph-names.js';
import { freePort } from './free-port.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const STRIPE_SECRET_KEY = 'sk_test_51SpineTests';
const STRIPE_WEBHOOK_SECRET = 'whsec_SpineTests';

export interface ProcessPlatform {
  readonly url: string;
  readonly stripe: StripeDouble;
  /** Kills a process as a crash would: `gateway` or a subgraph's name. */
  kill(name: string): Promise<void>;
  /** Starts a process that was killed. */
  restart(name: string): Promise<void>;
  stop(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

/** Runs one of the project's programs to its end. @throws with its output when it fails */
export async function runProgram(file: string, env: Environment): Promise<void> {
  const child = spawn(process.execPath, ['infra/local/run.mjs', file], { cwd: root, env: inherit(env), stdio: 'pipe' });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${output}`);
}

// Programs find node and temporary folders by these; nothing else of this process is passed on.
const inherit = (env: Environment): NodeJS.ProcessEnv => ({
  // eslint-disable-next-line no-restricted-properties -- a child process needs the search path of its parent
  PATH: process.env['PATH'],
  ...env,
});

async function whenReady(url: string, child: ChildProcess, name: string): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${name} did not become ready within two minutes`);
}

/**
 * The gateway and the seven subgraphs, each a process of its own, as docker-compose.yml runs them, with a Stripe
 * double in this one.
 */
export async function startProcesses(options: {
  readonly databaseUrl: string;
  readonly redisUrl?: string | undefined;
}): Promise<ProcessPlatform> {
  const ports = Object.fromEntries(
    await Promise.all(['gateway', ...SUBGRAPH_NAMES].map(async (name) => [name, await freePort()] as const)),
  );
  const url = `http://127.0.0.1:${ports['gateway']}`;
  const stripe = await startStripeDouble({
    secretKey: STRIPE_SECRET_KEY,
    webhook: { url: `${url}/webhooks/stripe`, secret: STRIPE_WEBHOOK_SECRET },
  });
  const env: Record<string, string> = {
    APP_ENV: 'test',
    LOG_LEVEL: 'warn',
    DATABASE_URL: options.databaseUrl,
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
    SPINE_ENVELOPE_SECRET: 'an envelope secret for tests, long enough',
    SPINE_ENCRYPTION_KEY: 'an encryption key for tests, long enough.',
    SPINE_PUBLIC_URL: url,
    PORT: String(ports['gateway']),
    STRIPE_SECRET_KEY,
    STRIPE_WEBHOOK_SECRET,
    STRIPE_API_BASE: stripe.url,
  };
  for (const name of SUBGRAPH_NAMES) {
    env[`SUBGRAPH_${name.toUpperCase()}_PORT`] = String(ports[name]);
    env[`SUBGRAPH_${name.toUpperCase()}_URL`] = `http://127.0.0.1:${ports[name]}`;
  }

  const children = new Map<string, ChildProcess>();
  const start = async (name: string): Promise<void> => {
    const program = name === 'gateway' ? ['gateway/main.ts'] : ['subgraphs/main.ts', name];
    const child = spawn(process.execPath, ['infra/local/run.mjs', ...program], {
      cwd: root,
      env: inherit(env),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    children.set(name, child);
    await whenReady(`http://127.0.0.1:${ports[name]}`, child, name);
  };
  const end = async (name: string, signal: NodeJS.Signals): Promise<void> => {
    const child = children.get(name);
    children.delete(name);
    if (!child || child.exitCode !== null) return;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  };
  const stop = async (): Promise<void> => {
    await end('gateway', 'SIGTERM');
    await Promise.all(SUBGRAPH_NAMES.map((name) => end(name, 'SIGTERM')));
    await stripe.stop();
  };

  try {
    await Promise.all(SUBGRAPH_NAMES.map(start));
    await start('gateway');
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stripe, kill: (name) => end(name, 'SIGKILL'), restart: start, stop };
}
