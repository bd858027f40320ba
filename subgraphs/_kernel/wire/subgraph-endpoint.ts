import type { DocumentNode, ExecutionResult } from 'graphql';
import type { Envelope } from './envelope.js';
import type { SubgraphName } from './subgraph-names.js';
import type { RouteRequest, RouteResponse } from './subgraph-route.js';

export interface SubgraphRequest {
  /** Printed operation, what goes over HTTP. */
  readonly source: string;
  /** The same operation parsed, so that a call in process neither prints nor parses. */
  readonly document: DocumentNode;
  readonly operationName?: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly envelope: Envelope;
  /**
   * Whether other requests with the very same envelope object are parts of the same work and may share what
   * they read. Never set for a mutation, nor for what follows one.
   */
  readonly sharesReads?: boolean | undefined;
  /** A subscription goes on behind this event, whatever its own `after` says: the cursor an event came with. */
  readonly resumeAfter?: string | undefined;
  /** Aborted when the caller has gone or its deadline has passed. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * One subgraph as the gateway sees it. There are two: a call in the same process, and HTTP with WebSocket.
 * Which one is in use changes nothing for a client.
 */
export interface SubgraphEndpoint {
  readonly name: SubgraphName;
  /** Never rejects for an error of the operation; rejects when the subgraph cannot be reached. */
  execute(request: SubgraphRequest): Promise<ExecutionResult>;
  /**
   * A result instead of a stream means that the subscription was refused. An event that can be resumed behind
   * says so in its extensions, as `cursor`.
   */
  subscribe(request: SubgraphRequest): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult>;
  /** Hands on a request that is not GraphQL; null where the subgraph serves no such route. */
  forward(request: RouteRequest, envelope: Envelope): Promise<RouteResponse | null>;
  /** Whether the subgraph can serve requests now: it is up and reaches its database. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}
