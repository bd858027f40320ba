import { createServer, type RequestListener } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { listenOn } from '../../../../gateway/gateway.js';
import { monolithSchema } from '../graph.js';
import { importPeer } from '../peers.js';
import type { StartContestant } from './contestant.js';

interface YogaModule {
  readonly createYoga: (options: { readonly schema: GraphQLSchema; readonly logging: false }) => RequestListener;
}

/** The same schema without federation on graphql-yoga: what one would have without a gateway. */
export const startMonolith: StartContestant = async () => {
  const { createYoga } = await importPeer<YogaModule>('graphql-yoga');
  const server = createServer(createYoga({ schema: monolithSchema(), logging: false }));
  const { port } = await listenOn(server, '127.0.0.1', 0);
  return { port, path: '/graphql', headers: {} };
};
