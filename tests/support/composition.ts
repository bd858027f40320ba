import { readFile } from 'node:fs/promises';
import { printSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchema } from 'graphql';
import { composeSupergraph, type Composition } from '../../infra/compose/supergraph.js';
import type { SubgraphName } from '../../subgraphs/_kernel/wire/subgraph-names.js';

const BOOKING_SDL = new URL('../../schema/booking.graphql', import.meta.url);

/** Composes a subgraph that refers to booking's entities with booking as it was last printed, and with nothing else. */
export const composeWithBooking = async (name: SubgraphName, schema: GraphQLSchema): Promise<Composition> =>
  composeSupergraph([
    { name: 'booking', routingUrl: 'http://booking', sdl: await readFile(BOOKING_SDL, 'utf8') },
    { name, routingUrl: `http://${name}`, sdl: printSubgraphSchema(schema) },
  ]);
