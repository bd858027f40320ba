import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { isProduction } from '../infra/runtime/config.js';
import { createLogger } from '../infra/runtime/log.js';
import { onShutdown } from '../infra/runtime/shutdown.js';
import { ListenError } from './gateway.js';
import { SubgraphAddressError } from './plain-endpoints.js';
import { createPlainGateway } from './plain.js';

const USAGE = 'npm run gateway -- --supergraph FILE --port N --plain [--host ADDRESS]';

/** The program was called wrongly; the message is one sentence for whoever called it. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

function argumentsGiven(): Record<'supergraph' | 'port' | 'host', string> & { readonly plain: boolean } {
  try {
    return parseArgs({
      options: {
        supergraph: { type: 'string', default: 'schema/supergraph.graphql' },
        port: { type: 'string', default: '4000' },
        host: { type: 'string', default: '127.0.0.1' },
        plain: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`--port is to be a number up to 65535, not "${text}".`);
  return port;
}

/** Serves any supergraph with everything off that asks who is asking, for suites from elsewhere. */
async function main(): Promise<void> {
  const { supergraph, port, host, plain } = argumentsGiven();
  if (!plain) {
    throw new UsageError(`Say --plain: without it the gateway is npm run start:gateway, set by variables.\n${USAGE}`);
  }
  if (isProduction()) throw new UsageError('A plain gateway lets everyone in and does not start in production.');
  const supergraphSdl = await readFile(supergraph, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--supergraph ${supergraph} cannot be read.`, { cause: error });
  });
  const gateway = await createPlainGateway(supergraphSdl, createLogger({ name: 'plain-gateway', level: 'warn' }));
  const { url } = await gateway.listen({ host, port: portOf(port) });
  // Before the address is told: whoever reads it may end the process at once.
  onShutdown(() => gateway.stop());
  console.log(`${url}/graphql`);
}

main().catch((error: unknown) => {
  const expected = error instanceof UsageError || error instanceof ListenError || error instanceof SubgraphAddressError;
  console.error(expected ? error.message : error);
  process.exit(1);
});
