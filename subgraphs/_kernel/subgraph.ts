import type { GraphQLSchema } from 'graphql';
import type { CatchUp } from './events/consumer-offset.js';
import type { EventLog } from './events/event-log.js';
import type { EventSignal } from './events/event-signal.js';
import type { EventTail } from './events/event-tail.js';
import type { LogWatch } from './events/log-watch.js';
import type { OutboxWriter } from './events/outbox.js';
import type { Reaction } from './events/reaction.js';
import type { JobHandler } from './jobs/job.js';
import type { FlagWatch } from './flags/flag-watch.js';
import type { Schedule } from './jobs/schedule.js';
import type { Monitor } from './monitoring/monitor.js';
import type { AccessLog } from './policy/access-log.js';
import type { TenantPolicies } from './policy/tenant-policies.js';
import type { Clock } from './request/clock.js';
import type { Logger } from './request/request-context.js';
import type { SecretBox } from './secrets/secret-box.js';
import type { Database } from './tenancy/tenant-database.js';
import type { SubgraphName } from './wire/subgraph-names.js';
import type { SubgraphRoute } from './wire/subgraph-route.js';

/** What a process gives to the subgraphs it runs. */
export interface SubgraphRuntime {
  readonly database: Database;
  readonly outbox: OutboxWriter;
  readonly log: EventLog;
  readonly watch: LogWatch;
  readonly tail: EventTail;
  readonly signal: EventSignal;
  readonly catchUp: CatchUp;
  /** What tenants' policies say. */
  readonly policies: TenantPolicies;
  readonly accessLog: AccessLog;
  /** Where what breaks and what is slow is counted. */
  readonly monitor: Monitor;
  /** What is switched on, for whom; asked of this process's memory. */
  readonly flags: FlagWatch;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a subgraph is made of; its composition root returns one. */
export interface Subgraph<Services = unknown> {
  readonly name: SubgraphName;
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly reactions: readonly Reaction[];
  readonly routes: readonly SubgraphRoute[];
  readonly schedules: readonly Schedule[];
  /** Does the jobs that the subgraph asks for. */
  readonly jobs?: readonly JobHandler[];
  /** Lets go of connections of its own, after everything else has ended. */
  readonly close?: () => void;
}
