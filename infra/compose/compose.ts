import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatProblem } from './problem.js';
import { readSubgraphSources, RoverConfigError } from './rover-config.js';
import { composeSupergraph } from './supergraph.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const supergraphFile = path.join(root, 'schema/supergraph.graphql');

const fail = (message: string): void => {
  console.error(message);
  process.exitCode = 1;
};

/**
 * Composes what rover.yaml lists into schema/supergraph.graphql, or with `--check` says whether the committed
 * file is what the subgraphs compose to.
 */
async function main(check: boolean): Promise<void> {
  const composition = composeSupergraph(await readSubgraphSources(path.join(root, 'rover.yaml')));
  for (const hint of composition.hints) console.error(`hint: ${hint}`);
  if (!composition.ok) return fail(composition.problems.map(formatProblem).join('\n'));
  if (!check) {
    await writeFile(supergraphFile, composition.supergraphSdl);
    console.log(`schema/supergraph.graphql: ${composition.supergraphSdl.length} characters.`);
    return;
  }
  const committed = await readFile(supergraphFile, 'utf8').catch(() => '');
  if (committed !== composition.supergraphSdl) {
    fail('schema/supergraph.graphql is not what the subgraphs compose to. Run npm run compose and look at the difference.');
  }
}

main(process.argv.includes('--check')).catch((error: unknown) => {
  fail(error instanceof RoverConfigError ? error.message : String(error instanceof Error ? error.stack : error));
});
