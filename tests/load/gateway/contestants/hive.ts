import { createServer, type RequestListener } from 'node:http';
import { listenOn } from '../../../../gateway/gateway.js';
import { supergraphOf } from '../graph.js';
import { importPeer } from '../peers.js';
import type { StartContestant } from './contestant.js';

interface HiveModule {
  readonly createGatewayRuntime: (options: {
    readonly supergraph: string;
    readonly unifiedGraphHandler: unknown;
    readonly logging: false;
  }) => RequestListener;
}

interface HiveRouterModule {
  readonly unifiedGraphHandler: unknown;
}

/** Hive Gateway with the planner that is written in Rust. */
export const startHive: StartContestant = async ({ plain }) => {
  const { createGatewayRuntime } = await importPeer<HiveModule>('@graphql-hive/gateway-runtime');
  const { unifiedGraphHandler } = await importPeer<HiveRouterModule>('@graphql-hive/router-runtime');
  const server = createServer(
    createGatewayRuntime({ supergraph: supergraphOf(plain, false), unifiedGraphHandler, logging: false }),
  );
  const { port } = await listenOn(server, '127.0.0.1', 0);
  return { port, path: '/graphql', headers: {} };
};
