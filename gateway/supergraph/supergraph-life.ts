import '../../infra/runtime/apollo-telemetry.js';
import { ApolloGateway } from '@apollo/gateway';
import type { GatewayLogger } from '../logger.js';
import { acceptAuthorizationLinks, createGeneration, type SupergraphGeneration } from './generation.js';

type SchemaListener = Parameters<ApolloGateway['onSchemaLoadOrUpdate']>[0];

/** The supergraph's life: loaded and checked by @apollo/gateway, turned into a generation for our stages. */
export interface SupergraphLife {
  /** The generation new operations begin with. */
  current(): SupergraphGeneration;
  /** Takes a new supergraph over; an invalid one is refused and the present one stays. */
  replace(supergraphSdl: string): void;
  /** Called with the present schema and with every later one. */
  onSchema(listener: SchemaListener): () => void;
  stop(): Promise<void>;
}

/** @throws when the supergraph is not valid */
export async function loadSupergraph(supergraphSdl: string, logger: GatewayLogger): Promise<SupergraphLife> {
  let update: ((sdl: string) => void) | null = null;
  const say =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: unknown): void =>
      logger[level]({ part: 'supergraph' }, String(message));

  const apollo = new ApolloGateway({
    supergraphSdl: async (hooks) => {
      update = hooks.update;
      return { supergraphSdl: acceptAuthorizationLinks(supergraphSdl) };
    },
    validateSupergraph: true,
    logger: { debug: say('debug'), info: say('debug'), warn: say('warn'), error: say('error') },
    // Fetching is the execution stage's; @apollo/gateway is here for the schema alone.
    buildService: ({ name }) => ({
      process: async () => {
        throw new Error(`${name} is fetched by the execution stage only`);
      },
    }),
  });

  let generation: SupergraphGeneration | null = null;
  let present: Parameters<SchemaListener>[0] | null = null;
  apollo.onSchemaLoadOrUpdate((loaded) => {
    generation = createGeneration(loaded.coreSupergraphSdl, loaded.apiSchema);
    present = loaded;
  });
  await apollo.load();

  return {
    current() {
      if (!generation) throw new Error('the supergraph has not been loaded');
      return generation;
    },
    replace(sdl) {
      if (!update) throw new Error('the supergraph has not been loaded');
      update(acceptAuthorizationLinks(sdl));
    },
    onSchema(listener) {
      // The library tells only of what is still to come.
      if (present) listener(present);
      return apollo.onSchemaLoadOrUpdate(listener);
    },
    stop: () => apollo.stop(),
  };
}
