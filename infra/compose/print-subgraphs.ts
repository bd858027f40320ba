import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { printSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchema } from 'graphql';
import { schema as analytics } from '../../subgraphs/analytics/schema.js';
import { schema as booking } from '../../subgraphs/booking/schema.js';
import { schema as commerce } from '../../subgraphs/commerce/schema.js';
import { schema as identity } from '../../subgraphs/identity/schema.js';
import { schema as marketing } from '../../subgraphs/marketing/schema.js';
import { schema as ops } from '../../subgraphs/ops/schema.js';
import { schema as tenancy } from '../../subgraphs/tenancy/schema.js';
import type { SubgraphName } from '../../subgraphs/_kernel/wire/subgraph-names.js';

const SCHEMAS: Readonly<Record<SubgraphName, GraphQLSchema>> = {
  identity,
  tenancy,
  booking,
  commerce,
  marketing,
  analytics,
  ops,
};

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../schema');

/**
 * Writes each subgraph's part of the graph to schema/<name>.graphql, or with `--check` says which of the
 * committed files are not what the code defines.
 */
async function main(check: boolean): Promise<void> {
  const stale: string[] = [];
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    const file = path.join(folder, `${name}.graphql`);
    const printed = `${printSubgraphSchema(schema).trim()}\n`;
    if (!check) await writeFile(file, printed);
    else if ((await readFile(file, 'utf8').catch(() => '')) !== printed) stale.push(`schema/${name}.graphql`);
  }
  if (stale.length > 0) {
    console.error(`Not what the code defines: ${stale.join(', ')}. Run npm run schema and look at the difference.`);
    process.exitCode = 1;
  }
}

await main(process.argv.includes('--check'));
