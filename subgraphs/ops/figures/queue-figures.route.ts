import { json } from '../../_kernel/http/json-route.js';
import type { Clock } from '../../_kernel/request/clock.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { QUEUE_FIGURES_PATH, type QueueReading } from '../../_kernel/wire/queue-figures.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { countJobs } from '../job/job.store.js';
import { countDeadLetters, countWaitingMails, readConsumerLags } from './queue-figures.store.js';

/** How much is waiting, for whoever watches the platform. One query for each part; the gateways ask seldom. */
export const queueFiguresRoute = (platform: PlatformDatabase, clock: Clock): SubgraphRoute => ({
  method: 'GET',
  path: QUEUE_FIGURES_PATH,
  async handle(_request, { principal }) {
    if (principal.kind !== 'system') return json(403);
    const { db } = platform;
    const now = clock.now();
    const reading: QueueReading = {
      jobs: await countJobs(db, now),
      consumers: await readConsumerLags(db, now),
      deadLetters: await countDeadLetters(db),
      mails: await countWaitingMails(db),
    };
    return json(200, reading);
  },
});
