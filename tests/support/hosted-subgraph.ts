import { parse, type ExecutionResult } from 'graphql';
import { hostSubgraph, type SubgraphHost } from '../../subgraphs/_kernel/host.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import type { Subgraph, SubgraphRuntime } from '../../subgraphs/_kernel/subgraph.js';
import { ANONYMOUS, type Principal } from '../../subgraphs/_kernel/wire/principal.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import { ACME, contextFor, startTestRuntime, type TestRuntime } from './runtime.js';

export interface HostedSubgraph<Services, Events> {
  readonly runtime: TestRuntime;
  readonly subgraph: Subgraph<Services>;
  /** Writes an event of another subgraph, as that one would. */
  tell<Type extends keyof Events & string>(
    type: Type,
    payload: Events[Type],
    of?: { readonly tenant?: TenantIdentity; readonly at?: Date },
  ): Promise<void>;
  /** Waits until the subgraph has reacted to everything the tenants have written. */
  settle(...tenants: readonly TenantIdentity[]): Promise<void>;
  /** Lets the subgraph deal with the whole log once more, as if it never had. */
  replay(...tenants: readonly TenantIdentity[]): Promise<void>;
  /** What could not be dealt with, by type of event. */
  deadLetters(tenant?: TenantIdentity): Promise<readonly string[]>;
  graphql(
    source: string,
    of?: { readonly variables?: Record<string, unknown>; readonly as?: Principal; readonly tenant?: TenantIdentity },
  ): Promise<ExecutionResult>;
  stop(): Promise<void>;
}

/** One subgraph at work on a fresh database, fed by events of `Events`. */
export async function startHostedSubgraph<Services, Events>(
  create: (runtime: SubgraphRuntime) => Subgraph<Services>,
): Promise<HostedSubgraph<Services, Events>> {
  const runtime = await startTestRuntime();
  const subgraph = create(runtime);
  const startHost = (): SubgraphHost => {
    const started = hostSubgraph(subgraph, runtime, runtime.pools.platform);
    started.start();
    return started;
  };
  let host = startHost();
  const outbox = runtime.outbox.for<Events>();

  const settle = async (...tenants: readonly TenantIdentity[]): Promise<void> => {
    for (const tenant of tenants.length > 0 ? tenants : [ACME]) {
      if (!(await runtime.catchUp(subgraph.name, tenant.id, 15_000))) throw new Error(`${subgraph.name} is behind`);
    }
  };

  return {
    runtime,
    subgraph,
    async tell(type, payload, { tenant = ACME, at } = {}) {
      const context = contextFor(tenant);
      await runtime.database.tenants.transaction(context, (db) => outbox.emit(db, context, type, payload, at));
    },
    settle,
    async replay(...tenants) {
      await host.close();
      await runtime.pools.platform.query('DELETE FROM kernel.consumer_offset WHERE consumer = $1', [subgraph.name]);
      await runtime.pools.platform.query('DELETE FROM kernel.inbox_entry WHERE consumer = $1', [subgraph.name]);
      host = startHost();
      await settle(...tenants);
    },
    async deadLetters(tenant = ACME) {
      const rows = await runtime.database.tenants.of({ tenant }).deadLetter.findMany({ where: { consumer: subgraph.name } });
      return rows.map(({ type }) => type);
    },
    graphql: (source, { variables = {}, as = ANONYMOUS, tenant = ACME } = {}) =>
      host.execute({
        source,
        document: parse(source),
        operationName: undefined,
        variables,
        envelope: { tenant, principal: as, origin: { requestId: uuidv7(), ip: '127.0.0.1', userAgent: 'test' } },
      }),
    async stop() {
      await host.close();
      await runtime.stop();
    },
  };
}
