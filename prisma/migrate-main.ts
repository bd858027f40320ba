import { ConfigError, loadConfig } from '../infra/runtime/config.js';
import { describeConnectionFailure } from '../infra/runtime/postgres/pools.js';
import { migrate, MigrationError } from './migrate.js';

/** Brings the database of DATABASE_URL up to date: `npm run migrate`. */
async function main(): Promise<void> {
  const { databaseUrl } = loadConfig();
  if (!databaseUrl) throw new ConfigError([{ variable: 'DATABASE_URL', problem: 'must be set' }]);
  const applied = await migrate(databaseUrl, { onProgress: (step) => console.log(step) }).catch((error: unknown) => {
    throw error instanceof MigrationError ? error : new Error(describeConnectionFailure(error, databaseUrl), { cause: error });
  });
  console.log(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.length} migrations.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
