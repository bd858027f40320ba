import type { ObjectStore } from '../../subgraphs/_kernel/files/object-store.js';
import type { BookingEvents } from '../../subgraphs/booking/events.js';
import type { CommerceEvents } from '../../subgraphs/commerce/events.js';
import type { IdentityEvents } from '../../subgraphs/identity/events.js';
import type { DeliveryConfig } from '../../subgraphs/ops/delivery-config.js';
import type { OpsServices } from '../../subgraphs/ops/services.js';
import { createOps } from '../../subgraphs/ops/subgraph.js';
import type { TenancyEvents } from '../../subgraphs/tenancy/events.js';
import { createTestFiles } from './files.js';
import { startHostedSubgraph, type HostedSubgraph } from './hosted-subgraph.js';

type EventsHeardByOps = IdentityEvents & TenancyEvents & BookingEvents & CommerceEvents;

export type TestOps = HostedSubgraph<OpsServices, EventsHeardByOps>;

/** Ops at work, with nothing outside to watch; mails wait where no server is given. */
export const startTestOps = (options: DeliveryConfig & { readonly smtpUrl?: string; readonly files?: ObjectStore } = {}): Promise<TestOps> =>
  startHostedSubgraph<OpsServices, EventsHeardByOps>((runtime) =>
    createOps(runtime, {
      environment: 'test',
      appName: 'Spine',
      issuer: 'https://spine.example',
      stripe: { secretKey: '', apiBase: undefined },
      mail: { smtpUrl: options.smtpUrl, from: 'no-reply@spine.example' },
      redisUrl: undefined,
      files: createTestFiles(),
      ...options,
    }),
  );
