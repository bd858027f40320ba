import { ConfigError, loadConfig } from '../runtime/config.js';
import { createPools, type Pools } from '../runtime/postgres/pools.js';
import { createDatabase, type Database, type PlatformDb } from '../../subgraphs/_kernel/tenancy/tenant-database.js';
import { askedBy, reportOf, verdictsOn } from '../../subgraphs/ops/audit/verify/verify.js';

/** Nothing could be checked. */
const NO_VERDICT = 2;
const TAMPERED = 1;

/** `npm run audit:verify` */
async function main(): Promise<number> {
  const asked = await askedBy(process.argv.slice(2));
  let opened: { readonly pools: Pools; readonly database: Database } | undefined;
  const database = (): PlatformDb => {
    const { databaseUrl } = loadConfig();
    if (!databaseUrl) throw new ConfigError([{ variable: 'DATABASE_URL', problem: 'must be set' }]);
    const pools = createPools({ url: databaseUrl, max: 2 });
    opened = { pools, database: createDatabase(pools) };
    return opened.database.platform.db;
  };
  try {
    const verdicts = await verdictsOn(asked, database);
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
