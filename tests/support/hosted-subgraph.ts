import { parse, type ExecutionResult } from 'graphql';
import { hostSubgraph, type SubgraphHost } from '../../subgraphs/_kernel/host.js';
import type { Subgraph, SubgraphRuntime } from '../../subgraphs/_kernel/subgraph.js';
import { ANONYMOUS, type Principal } from '../../subgraphs/_kernel/wire/principal.js';
import type { SubgraphRequest } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import {
  ACME,
  contextFor,
  createTestClock,
  startTestRuntime,
  type TestClock,
  type TestRuntime,
} from './runtime.js';

/** Who asks, where; nobody at Acme when left out. */
export interface Asking {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly as?: Principal;
  readonly tenant?: TenantIdentity;
}

/** Whose event it is, who causes it, and when; nobody at Acme and now when left out. */
export interface Telling {
  readonly tenant?: TenantIdentity;
  readonly as?: Principal;
  readonly at?: Date | undefined;
}

export interface HostedSubgraph<Services, Events> {
  readonly runtime: TestRuntime;
  readonly clock: TestClock;
  readonly subgraph: Subgraph<Services>;
  /** The one at work now; `replay` puts another in its place. */
  readonly host: SubgraphHost;
  /** Writes an event of another subgraph, as that one would. */
  tell<Type extends keyof Events & string>(type: Type, payload: Events[Type], of?: Telling): Promise<void>;
  /** Writes several of them in one transaction. */
  tellAll<Type extends keyof Events & string>(
    type: Type,
    payloads: readonly Events[Type][],
    of?: Telling,
  ): Promise<void>;
  /** Until the subgraph has dealt with all that the tenants have written, and with what came of that. */
  settle(...tenants: readonly TenantIdentity[]): Promise<void>;
  /** Lets the subgraph deal with the whole log once more, as if it never had. */
  replay(...tenants: readonly TenantIdentity[]): Promise<void>;
  /** What could not be dealt with, by type of event. */
  deadLetters(tenant?: TenantIdentity): Promise<readonly string[]>;
  graphql(source: string, of?: Asking): Promise<ExecutionResult>;
  /** @throws when the subscription is refused */
  follow(source: string, of?: Asking): Promise<AsyncGenerator<ExecutionResult, void, void>>;
  stop(): Promise<void>;
}

/** One subgraph at work on a fresh database behind no gateway, fed by events of `Events`. */
export async function startHostedSubgraph<Services, Events>(
  create: (runtime: SubgraphRuntime) => Subgraph<Services>,
  clock: TestClock = createTestClock(),
): Promise<HostedSubgraph<Services, Events>> {
  const runtime = await startTestRuntime({ clock });
  const subgraph = create(runtime);
  const startHost = (): SubgraphHost => {
    const started = hostSubgraph(subgraph, runtime, runtime.pools, {
      // At once, so that every test of a subgraph is one of its compiled queries, too.
      runsBeforeCompiling: 0,
    });
    started.start();
    return started;
  };
  // Prisma loads its compiler with the first query, and jest lets nothing be loaded between two tests.
  await runtime.database.platform.db.$queryRaw`SELECT 1`;
  let host = startHost();
  const outbox = runtime.outbox.for<Events>();

  const requestOf = (source: string, { variables = {}, as = ANONYMOUS, tenant = ACME }: Asking): SubgraphRequest => {
    const { origin } = contextFor(tenant);
    return { source, document: parse(source), variables, envelope: { tenant, principal: as, origin } };
  };

  const tellAll: HostedSubgraph<Services, Events>['tellAll'] = async (
    type,
    payloads,
    { tenant = ACME, as = ANONYMOUS, at } = {},
  ) => {
    const context = contextFor(tenant, as, clock);
    await runtime.database.tenants.transaction(context, async (db) => {
      for (const payload of payloads) await outbox.emit(db, context, type, payload, at);
    });
  };

  const settleOne = async (tenant: TenantIdentity): Promise<void> => {
    // What a reaction writes is dealt with in a later turn: settled is where two turns see the same end.
    for (let newest = ''; ; ) {
      if (!(await runtime.catchUp(subgraph.name, tenant.id, 60_000))) throw new Error(`${subgraph.name} is behind`);
      const { eventId } = await runtime.log.newestOf(tenant.id);
      if (eventId === newest) return;
      newest = eventId;
    }
  };
  const settle = async (...tenants: readonly TenantIdentity[]): Promise<void> => {
    for (const tenant of tenants.length > 0 ? tenants : [ACME]) await settleOne(tenant);
  };

  return {
    runtime,
    clock,
    subgraph,
    get host() {
      return host;
    },
    tell: (type, payload, of) => tellAll(type, [payload], of),
    tellAll,
    settle,
    async replay(...tenants) {
      await host.close();
      await runtime.pools.platform.query('DELETE FROM kernel.consumer_offset WHERE consumer = $1', [subgraph.name]);
      await runtime.pools.platform.query('DELETE FROM kernel.inbox_entry WHERE consumer = $1', [subgraph.name]);
      host = startHost();
      await settle(...tenants);
    },
    async deadLetters(tenant = ACME) {
      const db = runtime.database.tenants.of({ tenant });
      const rows = await db.deadLetter.findMany({ where: { consumer: subgraph.name } });
      return rows.map(({ type }) => type);
    },
    graphql: (source, of = {}) => host.execute(requestOf(source, of)),
    async follow(source, of = {}) {
      const stream = await host.subscribe(requestOf(source, of));
      if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream.errors));
      return stream;
    },
    async stop() {
      await host.close();
      await runtime.stop();
    },
  };
}
