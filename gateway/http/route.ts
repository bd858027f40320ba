import type { RouteMethod } from '../../subgraphs/_kernel/wire/subgraph-route.js';
import type { HttpAnswer } from './answer.js';
import type { Visit } from './visit.js';

/** Something the gateway serves. */
export interface Route {
  readonly method: RouteMethod;
  readonly path: string;
  /** Serves every path under it, too. */
  readonly below?: boolean;
  /** Leaves the request to the next route of the same path. */
  readonly unless?: (visit: Visit) => boolean;
  readonly answer: (visit: Visit) => HttpAnswer | Promise<HttpAnswer>;
}
