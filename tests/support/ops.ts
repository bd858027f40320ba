import { parse, type ExecutionResult } from 'graphql';
import type { BookingEvents } from '../../subgraphs/booking/events.js';
import type { CommerceEvents } from '../../subgraphs/commerce/events.js';
import type { IdentityEvents } from '../../subgraphs/identity/events.js';
import type { OpsServices } from '../../subgraphs/ops/services.js';
import { createOps } from '../../subgraphs/ops/subgraph.js';
import type { TenancyEvents } from '../../subgraphs/tenancy/events.js';
import { hostSubgraph, type SubgraphHost } from '../../subgraphs/_kernel/host.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import type { Subgraph } from '../../subgraphs/_kernel/subgraph.js';
import type { Envelope } from '../../subgraphs/_kernel/wire/envelope.js';
import { ANONYMOUS, type Principal } from '../../subgraphs/_kernel/wire/principal.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import { contextFor, createTestClock, startTestRuntime, type TestClock, type TestRuntime } from './runtime.js';

type EventsHeardByOps = IdentityEvents & TenancyEvents & BookingEvents & CommerceEvents;

export interface TestOps {
  readonly runtime: TestRuntime;
  readonly clock: TestClock;
  readonly ops: Subgraph<OpsServices>;
  readonly host: SubgraphHost;
  /** Writes events of other subgraphs, as many as there are payloads, in one transaction. */
  emit<Type extends keyof EventsHeardByOps>(
    tenant: TenantIdentity,
    type: Type,
    payloads: readonly EventsHeardByOps[Type][],
    from?: { readonly principal?: Principal; readonly occurredAt?: Date },
  ): Promise<void>;
  ask(
    tenant: TenantIdentity,
    principal: Principal,
    source: string,
    variables?: Readonly<Record<string, unknown>>,
  ): Promise<ExecutionResult>;
  /** @throws when the subscription is refused */
  follow(
    tenant: TenantIdentity,
    principal: Principal,
    source: string,
    variables?: Readonly<Record<string, unknown>>,
  ): Promise<AsyncGenerator<ExecutionResult, void, void>>;
  /** Until ops has dealt with all that the tenant has written, and with what came of that. */
  settled(tenant: TenantIdentity): Promise<void>;
  stop(): Promise<void>;
}

/** Ops at work on a database of its own, behind no gateway. */
export async function startTestOps(): Promise<TestOps> {
  const clock = createTestClock();
  const runtime = await startTestRuntime({ clock });
  const ops = createOps(runtime, {
    environment: 'test',
    stripe: { secretKey: '', apiBase: undefined },
    redisUrl: undefined,
  });
  const host = hostSubgraph(ops, runtime, runtime.pools.platform);
  const outbox = runtime.outbox.for<EventsHeardByOps>();
  host.start();

  const request = (
    tenant: TenantIdentity,
    principal: Principal,
    source: string,
    variables: Readonly<Record<string, unknown>> = {},
  ) => {
    const envelope: Envelope = { tenant, principal, origin: { requestId: uuidv7(), ip: null, userAgent: null } };
    return { source, document: parse(source), variables, envelope };
  };

  return {
    runtime,
    clock,
    ops,
    host,
    async emit(tenant, type, payloads, { principal = ANONYMOUS, occurredAt } = {}) {
      const context = contextFor(tenant, principal, clock);
      await runtime.database.tenants.transaction(context, async (db) => {
        for (const payload of payloads) await outbox.emit(db, context, type, payload, occurredAt);
      });
    },
    ask: (...of) => host.execute(request(...of)),
    async follow(...of) {
      const stream = await host.subscribe(request(...of));
      if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream.errors));
      return stream;
    },
    async settled(tenant) {
      // What a reaction writes is dealt with in a later turn: settled is where two turns see the same end.
      for (let newest = ''; ; ) {
        if (!(await runtime.catchUp('ops', tenant.id, 10_000))) throw new Error('ops does not catch up');
        const { eventId } = await runtime.log.newestOf(tenant.id);
        if (eventId === newest) return;
        newest = eventId;
      }
    },
    async stop() {
      await host.close();
      await runtime.stop();
    },
  };
}
