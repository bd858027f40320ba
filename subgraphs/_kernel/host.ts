import {
  createSourceEventStream,
  execute,
  type ExecutionResult,
  type GraphQLError,
} from 'graphql';
import type pg from 'pg';
import { createConsumer } from './events/consumer.js';
import { mapStream } from './events/map-stream.js';
import { maskError } from './errors/mask.js';
import type { GraphContext } from './graphql/builder.js';
import { createScheduleRunner } from './jobs/schedule.js';
import { Loaders } from './request/loaders.js';
import type { RequestContext } from './request/request-context.js';
import { systemContext } from './request/system-context.js';
import type { Subgraph, SubgraphRuntime } from './subgraph.js';
import type { Envelope } from './wire/envelope.js';
import { actorIdOf } from './wire/principal.js';
import type { SubgraphEndpoint, SubgraphRequest } from './wire/subgraph-endpoint.js';
import { PLATFORM_TENANT } from './wire/tenant.js';

/** A subgraph at work in this process: it answers requests, reacts to events and keeps its schedules. */
export interface SubgraphHost extends SubgraphEndpoint {
  /** Starts reacting to events and running schedules; requests are answered before that, too. */
  start(): void;
}

const isStream = (value: AsyncIterable<unknown> | ExecutionResult): value is AsyncGenerator<unknown, void, void> =>
  Symbol.asyncIterator in value;

/** @param pool bound to the platform's role, for the consumer's place in the log and for schedules */
export function hostSubgraph(
  subgraph: Subgraph,
  runtime: SubgraphRuntime,
  pool: pg.Pool,
): SubgraphHost {
  const { schema, services, name } = subgraph;
  const logger = runtime.logger.child({ subgraph: name });

  const contextOf = ({ tenant, principal, origin }: Envelope): RequestContext => ({
    tenant,
    principal,
    origin,
    clock: runtime.clock,
    logger: logger.child({
      requestId: origin.requestId,
      tenantId: tenant.id,
      actorId: actorIdOf(principal) ?? 'anonymous',
    }),
    loaders: new Loaders(),
  });

  const masked = (result: ExecutionResult, request: RequestContext): ExecutionResult =>
    result.errors
      ? { ...result, errors: result.errors.map((error: GraphQLError) => maskError(error, request)) }
      : result;

  const run = async (operation: SubgraphRequest, rootValue?: unknown): Promise<ExecutionResult> => {
    const request = contextOf(operation.envelope);
    const contextValue: GraphContext<unknown> = { request, services };
    const result = await execute({
      schema,
      document: operation.document,
      operationName: operation.operationName ?? null,
      variableValues: operation.variables,
      contextValue,
      rootValue,
    });
    return masked(result, request);
  };

  const consumer = createConsumer({
    name,
    reactions: subgraph.reactions,
    log: runtime.log,
    signal: runtime.signal,
    tenants: runtime.database.tenants,
    pool,
    clock: runtime.clock,
    logger,
  });
  const schedules = createScheduleRunner(
    subgraph.schedules,
    pool,
    (schedule) =>
      systemContext({ name: schedule.name, tenant: PLATFORM_TENANT, clock: runtime.clock, logger }),
    logger,
  );

  return {
    name,
    execute: (operation) => run(operation),
    async subscribe(operation) {
      const request = contextOf(operation.envelope);
      const contextValue: GraphContext<unknown> = { request, services };
      const source = await createSourceEventStream({
        schema,
        document: operation.document,
        operationName: operation.operationName ?? null,
        variableValues: operation.variables,
        contextValue,
      });
      if (!isStream(source)) return masked(source as ExecutionResult, request);
      // Each event is a request of its own: what was batched for one is not remembered for the next.
      return mapStream(source, (event) => run(operation, event));
    },
    async forward(request, envelope) {
      const route = subgraph.routes.find(
        (candidate) => candidate.path === request.path && candidate.method === request.method,
      );
      return route ? route.handle(request, envelope) : null;
    },
    async ready() {
      try {
        await pool.query('SELECT 1');
        return true;
      } catch {
        return false;
      }
    },
    start() {
      consumer.start();
      schedules.start();
    },
    async close() {
      await Promise.all([consumer.stop(), schedules.stop()]);
      subgraph.close?.();
    },
  };
}
