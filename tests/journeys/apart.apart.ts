import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { runProgram, startProcesses, type ProcessPlatform } from '../support/processes.js';
import { redisServerProgram, startTestRedis, type TestRedis } from '../support/redis.js';
import {
  bookPayAndBeTold,
  burstOfBadLoginsBecomesAnIncident,
  COMPANIES,
  nothingIsSeenNextDoor,
} from './main-job.js';

const [acme, globex] = COMPANIES;
const hasRedis = (await redisServerProgram()) !== null;

describe.each(['PostgreSQL alone', ...(hasRedis ? ['PostgreSQL and Redis'] : [])])(
  'the main job, gateway and subgraphs as eight processes with %s',
  (variant) => {
    let database: TestDatabase;
    let redis: TestRedis | null = null;
    let platform: ProcessPlatform;
    let started: ProcessPlatform | null = null;

    beforeAll(async () => {
      database = await createTestDatabase();
      if (variant.includes('Redis')) redis = await startTestRedis();
      await runProgram('prisma/seed/main.ts', { DATABASE_URL: database.url, LOG_LEVEL: 'warn' });
      platform = await startProcesses({ databaseUrl: database.url, redisUrl: redis?.url });
      started = platform;
    }, 180_000);

    afterAll(async () => {
      await started?.stop();
      await redis?.stop();
      await database.drop();
    });

    it('takes two companies through it at the same time, and shows neither anything of the other', async () => {
      const [ofAcme, ofGlobex] = await Promise.all(
        COMPANIES.map((company) => bookPayAndBeTold(platform.url, company)),
      );
      if (!ofAcme || !ofGlobex) throw new Error('The journeys have made nothing');
      await nothingIsSeenNextDoor(platform.url, globex, ofAcme);
      await nothingIsSeenNextDoor(platform.url, acme, ofGlobex);
    });

    it('makes a burst of bad logins an incident, live to those it concerns', async () => {
      await burstOfBadLoginsBecomesAnIncident(platform.url, acme, globex);
    });

    it('loses nothing when a subgraph is killed between a booking and its consequences', async () => {
      await platform.kill('marketing');
      // Without marketing the client's points cannot be read, nor, for a moment, what follows; the journey is taken
      // again once it is back.
      const failed = bookPayAndBeTold(platform.url, acme).then(() => false, () => true);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await platform.restart('marketing');
      if (await failed) await bookPayAndBeTold(platform.url, acme);
      expect((await fetch(`${platform.url}/health/ready`)).status).toBe(200);
    });
  },
);
