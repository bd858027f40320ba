import type pg from 'pg';
import { createCatchUp } from './events/consumer-offset.js';
import { createEventLog } from './events/event-log.js';
import type { EventSignal } from './events/event-signal.js';
import { createEventTail } from './events/event-tail.js';
import { createLogWatch } from './events/log-watch.js';
import { createOutbox } from './events/outbox.js';
import { createFlagWatch } from './flags/flag-watch.js';
import { createMonitor } from './monitoring/monitor.js';
import { createAccessLog, type AccessLogOptions } from './policy/access-log.js';
import { createTenantPolicies } from './policy/tenant-policies.js';
import type { Clock } from './request/clock.js';
import type { Logger } from './request/request-context.js';
import type { SecretBox } from './secrets/secret-box.js';
import type { SubgraphRuntime } from './subgraph.js';
import { createDatabase } from './tenancy/tenant-database.js';

export interface RuntimeParts {
  readonly pools: { readonly app: pg.Pool; readonly platform: pg.Pool };
  readonly signal: EventSignal;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How much of what was decided is kept. */
  readonly accessLog?: AccessLogOptions;
  /** Milliseconds from which on an operation is slow; a second unless said. */
  readonly slowFrom?: number | undefined;
}

export interface RunningRuntime extends SubgraphRuntime {
  /** Ends the live streams and the database clients; pools and signal belong to the caller. */
  close(): Promise<void>;
}

/** Puts together what the subgraphs of one process share. */
export function createRuntime({ pools, signal, secretBox, clock, logger, accessLog: kept, slowFrom }: RuntimeParts): RunningRuntime {
  const database = createDatabase(pools);
  const outbox = createOutbox(signal);
  database.onCommit(outbox.onCommit);
  const log = createEventLog(pools.platform);
  const watch = createLogWatch(log, signal, logger);
  const tail = createEventTail(log, watch, logger);
  const flags = createFlagWatch(pools.platform, signal, logger);
  const accessLog = createAccessLog(database.tenants, logger, kept);
  const monitor = createMonitor({ platform: database.platform, clock, logger, slowFrom });
  return {
    database,
    outbox,
    log,
    watch,
    tail,
    signal,
    catchUp: createCatchUp(log, pools.platform),
    flags,
    accessLog,
    monitor,
    policies: createTenantPolicies(database.tenants, accessLog, logger),
    secretBox,
    clock,
    logger,
    async close() {
      await tail.close();
      await watch.close();
      await flags.close();
      await accessLog.close();
      await monitor.close();
      await database.close();
    },
  };
}
