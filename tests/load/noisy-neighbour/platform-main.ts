import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPlatform } from '../../../infra/local/platform.js';
import { loadConfig } from '../../../infra/runtime/config.js';
import { freePort } from '../../support/free-port.js';

/** The platform as `npm start` starts it, on a database of its own; tells its address to the parent. */
const folder = await mkdtemp(path.join(tmpdir(), 'spine-noisy-'));
const platform = createPlatform({
  config: loadConfig({
    APP_ENV: 'development',
    LOG_LEVEL: 'fatal',
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    TRUSTED_PROXIES: '127.0.0.1',
    // The victim asks all the time, from one address: what is measured is the neighbour, not her own limit.
    RATE_LIMIT_ANONYMOUS: '1000000',
    RATE_LIMIT_ADDRESS: '1000000',
  }),
  folder,
  progress: { step: () => undefined, done: () => undefined },
  seed: true,
});
process.on('message', () => {
  void platform
    .stop()
    .then(() => rm(folder, { recursive: true, force: true }))
    .finally(() => process.exit(0));
});
const { url } = await platform.start();
process.send?.(url);
