import { buildSubgraph } from '../_kernel/graphql/build-subgraph.js';
import { builder } from './builder.js';
import './provider/provider.graph.js';
import './catalogue/catalogue.graph.js';
import './availability/availability.graph.js';
import './client/client.graph.js';
import './reservation/reservation.graph.js';
import './reservation/reservation-commands.graph.js';
import './reservation/reservation-live.graph.js';

/** Booking's part of the graph. */
export const schema = buildSubgraph(builder);
