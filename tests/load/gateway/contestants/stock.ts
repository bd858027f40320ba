import '../../../../infra/runtime/apollo-telemetry.js';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { supergraphOf } from '../graph.js';
import type { StartContestant } from './contestant.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** @apollo/gateway on Apollo Server, as its documentation sets them up. */
export const startStock: StartContestant = async ({ plain }) => {
  const gateway = new ApolloGateway({ supergraphSdl: supergraphOf(plain, false), logger: silent });
  const server = new ApolloServer({ gateway, introspection: false, logger: silent });
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
  return { port: Number(new URL(url).port), path: '/', headers: {} };
};
