import { buildSubgraph } from '../_kernel/graphql/build-subgraph.js';
import { builder } from './builder.js';
import './payment/payment.graph.js';
import './payment/refund.graph.js';
import './commission/commission.graph.js';
import './commission/commission-rule.graph.js';
import './ledger/ledger.graph.js';

/** Commerce's part of the graph. */
export const schema = buildSubgraph(builder);
