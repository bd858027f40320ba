import type { ObjectStore } from './_kernel/files/object-store.js';
import type { Subgraph, SubgraphRuntime } from './_kernel/subgraph.js';
import type { SubgraphName } from './_kernel/wire/subgraph-names.js';
import { createAnalytics } from './analytics/subgraph.js';
import type { BookingConfig } from './booking/booking-config.js';
import { createBooking } from './booking/subgraph.js';
import { createCommerce } from './commerce/subgraph.js';
import { createIdentity } from './identity/subgraph.js';
import { createMarketing } from './marketing/subgraph.js';
import type { DeliveryConfig } from './ops/delivery-config.js';
import { createOps } from './ops/subgraph.js';
import { createTenancy } from './tenancy/subgraph.js';

/** What the subgraphs have to be told, beside what their process gives all of them. */
export interface SubgraphsConfig extends DeliveryConfig, Pick<BookingConfig, 'calendars' | 'meetings'> {
  /** `iss` of access tokens. */
  readonly issuer: string;
  /** What people are told they are using. */
  readonly appName: string;
  /** Where passwords known from breaches are looked up; undefined to ask nobody. */
  readonly breachedPasswordsUrl?: string | undefined;
  /** DNS servers that are asked about companies' own domains; the system's without any. */
  readonly dnsServers?: readonly string[] | undefined;
  /** Where files are kept. */
  readonly files: ObjectStore;
  /** Name of the environment, for audit entries and health. */
  readonly environment: string;
  readonly stripe: {
    readonly secretKey: string;
    readonly webhookSecret: string;
    /** Another server that speaks Stripe's protocol. */
    readonly apiBase: string | undefined;
  };
  readonly mail: {
    /** Where mails go, by SMTP. */
    readonly smtpUrl: string | undefined;
    /** Address they are sent from. */
    readonly from: string;
  };
  /** Redis in use, to be watched by health; undefined without one. */
  readonly redisUrl: string | undefined;
}

/** All seven, for a process that runs the whole platform. */
export const createSubgraphs = (runtime: SubgraphRuntime, config: SubgraphsConfig) => ({
  identity: createIdentity(runtime, config),
  tenancy: createTenancy(runtime, config),
  booking: createBooking(runtime, config),
  commerce: createCommerce(runtime, config),
  marketing: createMarketing(runtime),
  analytics: createAnalytics(runtime),
  ops: createOps(runtime, config),
});

export type Subgraphs = ReturnType<typeof createSubgraphs>;

/** One of them, for a process of its own. */
export function createSubgraph(
  name: SubgraphName,
  runtime: SubgraphRuntime,
  config: SubgraphsConfig,
): Subgraph<unknown> {
  switch (name) {
    case 'identity':
      return createIdentity(runtime, config);
    case 'tenancy':
      return createTenancy(runtime, config);
    case 'booking':
      return createBooking(runtime, config);
    case 'commerce':
      return createCommerce(runtime, config);
    case 'marketing':
      return createMarketing(runtime);
    case 'analytics':
      return createAnalytics(runtime);
    case 'ops':
      return createOps(runtime, config);
  }
}
