import { ConfigError, loadConfig } from '../runtime/config.js';
import { createPools, type Pools } from '../runtime/postgres/pools.js';
import { createDiskStore } from '../../subgraphs/_kernel/files/disk-store.js';
import { createS3Store } from '../../subgraphs/_kernel/files/s3-store.js';
import { systemClock } from '../../subgraphs/_kernel/request/clock.js';
import { createDatabase, type Database } from '../../subgraphs/_kernel/tenancy/tenant-database.js';
import { askedBy, reportOf, verdictsOn, type KeptTrails } from '../../subgraphs/ops/audit/verify/verify.js';

/** Nothing could be checked. */
const NO_VERDICT = 2;
const TAMPERED = 1;

/** `npm run audit:verify` */
async function main(): Promise<number> {
  const asked = await askedBy(process.argv.slice(2));
  let opened: { readonly pools: Pools; readonly database: Database } | undefined;
  const kept = (): KeptTrails => {
    const { databaseUrl, files, publicUrl } = loadConfig();
    if (!databaseUrl) throw new ConfigError([{ variable: 'DATABASE_URL', problem: 'must be set' }]);
    const pools = createPools({ url: databaseUrl, max: 2 });
    opened = { pools, database: createDatabase(pools) };
    // Nothing is signed here: the files are only read.
    const store = files.s3 ? createS3Store(files.s3, systemClock) : createDiskStore({ folder: files.folder, publicUrl, secret: '' }, systemClock);
    return { db: opened.database.platform.db, files: store };
  };
  try {
    const verdicts = await verdictsOn(asked, kept);
    for (const line of reportOf(verdicts)) console.log(line);
    return verdicts.every(({ problems }) => problems.length === 0) ? 0 : TAMPERED;
  } finally {
    await opened?.database.close();
    await opened?.pools.end();
  }
}

main()
  .then((code) => process.exit(code))
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(NO_VERDICT);
  });
