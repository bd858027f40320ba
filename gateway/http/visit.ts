import type { IncomingMessage } from 'node:http';
import type { IncomingRequest } from '../request.js';

/** One HTTP request as the routes are asked it. */
export interface Visit {
  readonly message: IncomingMessage;
  readonly incoming: IncomingRequest;
  /** Aborted when the client goes before it has its answer. */
  readonly signal: AbortSignal;
  readonly body: () => Promise<Buffer>;
}
