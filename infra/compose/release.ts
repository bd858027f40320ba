import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema } from 'graphql';
import { acknowledgedChanges, apiSchemaOf, printApi, unansweredChanges } from './api-changes.js';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../schema');
const SUPERGRAPH = path.join(folder, 'supergraph.graphql');
const RELEASED = path.join(folder, 'released.graphql');
const ACKNOWLEDGED = path.join(folder, 'acknowledged-changes.json');

/**
 * Makes what clients see now the released graph, `npm run schema:release`; or with `--check` says what has
 * changed since the last release that could break one of them and that nobody has answered for.
 */
async function main(check: boolean): Promise<void> {
  const present = apiSchemaOf(await readFile(SUPERGRAPH, 'utf8'));
  if (!check) {
    await writeFile(RELEASED, printApi(present));
    await writeFile(ACKNOWLEDGED, '[]\n');
    console.log('schema/released.graphql is what clients see now; later changes are held against it.');
    return;
  }
  const released = buildSchema(await readFile(RELEASED, 'utf8'), { assumeValidSDL: true });
  const acknowledged = acknowledgedChanges(await readFile(ACKNOWLEDGED, 'utf8'));
  const open = unansweredChanges(released, present, acknowledged);
  if (open.length === 0) return;
  console.error('These changes can break clients of the released graph:');
  for (const { type, description } of open) console.error(`  ${type}: ${description}`);
  console.error(
    'Deprecate instead of removing, or answer for a change in schema/acknowledged-changes.json: {"change": "…", "reason": "…", "date": "YYYY-MM-DD"}.',
  );
  process.exitCode = 1;
}

main(process.argv.includes('--check')).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
