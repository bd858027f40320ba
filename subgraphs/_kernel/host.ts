import { createSourceEventStream, GraphQLError, type ExecutionResult } from 'graphql';
import type pg from 'pg';
import { createConsumer } from './events/consumer.js';
import { createEventLoaders } from './events/event-loaders.js';
import { endingWith, mapStream } from './events/map-stream.js';
import { removeEventsAllAreDoneWith } from './events/retention.js';
import { resumedAfter, withCursor } from './events/resumption.js';
import { maskError } from './errors/mask.js';
import type { ForeignIdEvents } from './foreign-ids/foreign-id-named.js';
import { createForeignIdWatch } from './foreign-ids/foreign-id-watch.js';
import { gatherMisses, watchMissedQueries } from './foreign-ids/missed-queries.js';
import type { GraphContext } from './graphql/builder.js';
import { createCompiledExecution } from './graphql/compiled-execution.js';
import { createJobWorker } from './jobs/job-worker.js';
import { removeFinishedJobs } from './jobs/remove-finished-jobs.js';
import { createScheduleRunner } from './jobs/schedule.js';
import type { MutationEvents } from './mutations/mutation-answered.js';
import { createMutationLog } from './mutations/mutation-log.js';
import { gatherReports, watchMutations } from './mutations/watched-mutations.js';
import { Loaders } from './request/loaders.js';
import type { Logger, RequestContext } from './request/request-context.js';
import { systemContext } from './request/system-context.js';
import type { Subgraph, SubgraphRuntime } from './subgraph.js';
import type { Envelope } from './wire/envelope.js';
import { actorIdOf } from './wire/principal.js';
import type { SubgraphEndpoint, SubgraphRequest } from './wire/subgraph-endpoint.js';
import { servesPath } from './wire/subgraph-route.js';
import { PLATFORM_TENANT } from './wire/tenant.js';
import { inSpan, traceHeaders, type SpanOf } from './wire/tracing.js';

/** A subgraph at work in this process: it answers requests, reacts to events and keeps its schedules. */
export interface SubgraphHost extends SubgraphEndpoint {
  /** Starts reacting to events and running schedules; requests are answered before that, too. */
  start(): void;
}

const isStream = (value: AsyncIterable<unknown> | ExecutionResult): value is AsyncGenerator<unknown, void, void> =>
  Symbol.asyncIterator in value;

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** Both bound to the platform's role; see `Pools`. */
export interface HostPools {
  readonly platform: pg.Pool;
  /** For what holds a lock while others work. */
  readonly locks: pg.Pool;
}

/**
 * @param options how often a query is interpreted before it is compiled; how long delivered events are kept
 */
export function hostSubgraph(
  subgraph: Subgraph,
  runtime: SubgraphRuntime,
  { platform: pool, locks }: HostPools,
  options: { readonly runsBeforeCompiling?: number; readonly eventsKeptHours?: number | undefined } = {},
): SubgraphHost {
  const { schema, services, name } = subgraph;
  const logger = runtime.logger.child({ subgraph: name });

  const contextOf = ({ tenant, principal, origin }: Envelope, loaders = new Loaders()): RequestContext => {
    let child: Logger | undefined;
    return {
      tenant,
      principal,
      origin,
      clock: runtime.clock,
      // Most requests have nothing to say, and a child costs more than many a read.
      get logger() {
        return (child ??= logger.child({
          requestId: origin.requestId,
          tenantId: tenant.id,
          actorId: actorIdOf(principal) ?? 'anonymous',
        }));
      },
      loaders,
    };
  };

  const eventLoaders = createEventLoaders();
  const contexts = new WeakMap<Envelope, RequestContext>();

  /** One context for all the fetches of a client's request, whose envelope is then the very same object. */
  const contextFor = ({ envelope, sharesReads }: SubgraphRequest): RequestContext => {
    if (!sharesReads) return contextOf(envelope);
    const known = contexts.get(envelope);
    if (known) return known;
    const context = contextOf(envelope);
    contexts.set(envelope, context);
    return context;
  };

  const maskOne = (error: GraphQLError, request: RequestContext): GraphQLError => {
    const told = maskError(error, request);
    if (told.extensions['code'] === 'INTERNAL_SERVER_ERROR') {
      const { name: kind, message, stack = '' } = error.originalError ?? error;
      runtime.monitor.failed(name, { name: kind, message, stack });
    }
    return told;
  };
  const masked = (result: ExecutionResult, request: RequestContext): ExecutionResult =>
    result.errors ? { ...result, errors: result.errors.map((error: GraphQLError) => maskOne(error, request)) } : result;

  watchMutations(schema);
  watchMissedQueries(schema);
  const foreignIds = createForeignIdWatch({
    database: runtime.database,
    outbox: runtime.outbox.for<ForeignIdEvents>(),
    signal: runtime.signal,
    clock: runtime.clock,
    logger,
  });
  const mutationLog = createMutationLog({
    tenants: runtime.database.tenants,
    outbox: runtime.outbox.for<MutationEvents>(),
    signal: runtime.signal,
    logger,
  });

  const execute = createCompiledExecution(schema, options.runsBeforeCompiling);

  const run = async (operation: SubgraphRequest, request: RequestContext, rootValue?: unknown): Promise<ExecutionResult> => {
    const contextValue: GraphContext<unknown> = { request, services };
    const reports = gatherReports(contextValue);
    const missed = gatherMisses(contextValue);
    const { document, operationName, variables } = operation;
    const begin = performance.now();
    const result = await execute({ document, operationName, variables, contextValue, rootValue });
    runtime.monitor.took(name, operationName ?? 'anonymous', performance.now() - begin);
    // The platform's own are not somebody's.
    if (reports.length > 0 && request.principal.kind !== 'system') {
      await mutationLog.note(request, reports.map((report) => ({ ...report, by: name })));
    }
    const refused = reports.filter(({ code }) => code === 'NOT_FOUND').flatMap(({ named }) => named);
    if (missed.length + refused.length > 0) foreignIds.missed(request, [...missed, ...refused]);
    return masked(result, request);
  };

  const spanOf = (what: string, { envelope, operationName }: SubgraphRequest): SpanOf => ({
    name: `${name} ${what}`,
    kind: 'server',
    attributes: () => ({
      'spine.subgraph': name,
      'spine.tenant.id': envelope.tenant.id,
      'spine.request.id': envelope.origin.requestId,
      ...(operationName ? { 'graphql.operation.name': operationName } : {}),
    }),
  });

  const consumer = createConsumer({
    name,
    reactions: subgraph.reactions,
    log: runtime.log,
    watch: runtime.watch,
    tenants: runtime.database.tenants,
    pool: locks,
    clock: runtime.clock,
    logger,
  });
  const { jobs: handlers = [] } = subgraph;
  const { database, signal, clock } = runtime;
  const worker = createJobWorker({ queue: name, handlers, database, signal, clock, logger });
  const schedules = createScheduleRunner(
    [
      ...subgraph.schedules,
      removeEventsAllAreDoneWith(pool, runtime.log, options.eventsKeptHours),
      ...(handlers.length === 0 ? [] : [removeFinishedJobs(database.platform, name)]),
    ],
    locks,
    (schedule) =>
      systemContext({ name: schedule.name, tenant: PLATFORM_TENANT, clock: runtime.clock, logger }),
    logger,
  );

  return {
    name,
    execute: (operation) => inSpan(spanOf('execute', operation), () => run(operation, contextFor(operation))),
    async subscribe(operation) {
      const request = contextOf(operation.envelope);
      const contextValue: GraphContext<unknown> = { request, services };
      const source = await createSourceEventStream({
        schema,
        document: resumedAfter(operation, schema),
        operationName: operation.operationName ?? null,
        variableValues: operation.variables,
        contextValue,
      });
      if (!isStream(source)) return masked(source as ExecutionResult, request);
      // Each event is a request of its own: what was batched for one is not remembered for the next.
      const { envelope } = operation;
      const contextAt = (value: unknown) => contextOf(envelope, eventLoaders(envelope.tenant.id, value));
      const event = { ...spanOf('event', operation), causedBy: traceHeaders()['traceparent'] ?? '' };
      const results = mapStream(source, async (value) =>
        withCursor(await inSpan(event, () => run(operation, contextAt(value), value)), value),
      );
      return endingWith(results, (error) =>
        masked({ errors: [new GraphQLError('the stream broke', { originalError: asError(error) })] }, request),
      );
    },
    async forward(request, envelope) {
      const route = subgraph.routes.find(
        (candidate) => servesPath(candidate, request.path) && candidate.method === request.method,
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
      worker.start();
      schedules.start();
    },
    async close() {
      await Promise.all([consumer.stop(), worker.stop(), schedules.stop(), foreignIds.close()]);
      subgraph.close?.();
    },
  };
}
