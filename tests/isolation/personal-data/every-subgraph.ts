import { createConsumer } from '../../../subgraphs/_kernel/events/consumer.js';
import { systemContext } from '../../../subgraphs/_kernel/request/system-context.js';
import type { Subgraph } from '../../../subgraphs/_kernel/subgraph.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../../subgraphs/_kernel/wire/tenant.js';
import { createSubgraphs, type Subgraphs } from '../../../subgraphs/registry.js';
import { createTestFiles } from '../../support/files.js';
import { createTestClock, startTestRuntime, type TestClock, type TestRuntime } from '../../support/runtime.js';

/** All subgraphs on one database, reacting to one another's events; their schedules run when the test says so. */
export interface EverySubgraph {
  readonly runtime: TestRuntime;
  readonly clock: TestClock;
  readonly subgraphs: Subgraphs;
  /** Until every subgraph has dealt with all that a tenant has written, and with what came of that. */
  settle(tenant: TenantIdentity): Promise<void>;
  /** Moves requests for personal data on, as its schedule does every minute. */
  carryOut(): Promise<void>;
  stop(): Promise<void>;
}

export async function startEverySubgraph(): Promise<EverySubgraph> {
  const clock = createTestClock();
  const runtime = await startTestRuntime({ clock });
  const subgraphs = createSubgraphs(runtime, {
    issuer: 'https://spine.example',
    appName: 'Spine',
    files: createTestFiles(),
    environment: 'test',
    stripe: { secretKey: 'sk_test_1', webhookSecret: 'whsec_1', apiBase: 'http://127.0.0.1:9' },
    mail: { smtpUrl: undefined, from: 'no-reply@spine.example' },
    redisUrl: undefined,
  });
  await runtime.database.platform.db.$queryRaw`SELECT 1`;
  const { log, watch, logger, catchUp } = runtime;
  const consumers = Object.values(subgraphs).map(({ name, reactions }) =>
    createConsumer({ name, reactions, log, watch, tenants: runtime.database.tenants, pool: runtime.pools.locks, clock, logger }),
  );
  for (const consumer of consumers) consumer.start();

  return {
    runtime,
    clock,
    subgraphs,
    async settle(tenant) {
      // What one reacts with another reacts to: settled is where two turns see the same end.
      for (let newest = ''; ; ) {
        for (const { name } of Object.values(subgraphs)) {
          if (!(await catchUp(name, tenant.id, 60_000))) throw new Error(`${name} is behind`);
        }
        const { eventId } = await log.newestOf(tenant.id);
        if (eventId === newest) return;
        newest = eventId;
      }
    },
    async carryOut() {
      const schedule = subgraphs.identity.schedules.find(({ name }) => name === 'carry-out-personal-data-requests');
      if (!schedule) throw new Error('Nothing carries requests out');
      await schedule.run(systemContext({ name: 'test', tenant: PLATFORM_TENANT, clock, logger }));
    },
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      for (const subgraph of Object.values<Subgraph>(subgraphs)) subgraph.close?.();
      await runtime.stop();
    },
  };
}
