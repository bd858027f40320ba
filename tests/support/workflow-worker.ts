/**
 * Moves workflows on until it is killed: node infra/local/run.mjs tests/support/workflow-worker.ts <database url> <epoch ms>
 * A minute of theirs lasts a twentieth of a second here, counted from the instant that is given.
 */
import { createLogger } from '../../infra/runtime/log.js';
import { createPools } from '../../infra/runtime/postgres/pools.js';
import { createSignal } from '../../subgraphs/_kernel/events/create-signal.js';
import { hostSubgraph } from '../../subgraphs/_kernel/host.js';
import { createRuntime } from '../../subgraphs/_kernel/runtime.js';
import { createSecretBox } from '../../subgraphs/_kernel/secrets/secret-box.js';
import { createTenancy } from '../../subgraphs/tenancy/subgraph.js';
import { createTestFiles } from './files.js';

const SPEED = 1_200;

const [, , databaseUrl = '', start = '0'] = process.argv;
const logger = createLogger({ name: 'workflow-worker', level: 'silent' });
const pools = createPools({ url: databaseUrl, max: 6 });
const signal = await createSignal({ redisUrl: undefined, databaseUrl, pool: pools.platform, logger });
const clock = { now: () => new Date(Number(start) + (Date.now() - Number(start)) * SPEED) };
const runtime = createRuntime({ pools, signal, secretBox: createSecretBox('a secret of tests that is long enough'), clock, logger });
const tenancy = createTenancy(runtime, { issuer: 'http://spine.example', files: createTestFiles() });
hostSubgraph(tenancy, runtime, pools, { runsBeforeCompiling: 0 }).start();

const wake = async (): Promise<void> => {
  await tenancy.services.workflows.effects.wakeDue({ clock, logger }).catch(() => undefined);
  setTimeout(() => void wake(), 20);
};
await wake();
