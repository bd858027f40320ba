import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import type { Graph, GraphAnswer } from '../../clients/cli/graph.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { runProgram, startProcesses, type ProcessPlatform } from '../support/processes.js';
import { redisServerProgram, startTestRedis, type TestRedis } from '../support/redis.js';
import { graphOf, signIn } from './main-job.js';

const EVENTS = 10_000;
const AT_ONCE = 50;
const FOLLOW = 'subscription ($after: String) { notificationReceived(after: $after) { cursor notification { title } } }';
const LAST = 'that is all';

interface Received {
  readonly notificationReceived: { readonly cursor: string; readonly notification: { readonly title: string } | null };
}

const hasRedis = (await redisServerProgram()) !== null;

let database: TestDatabase;
let pool: Pool;
let redis: TestRedis | null = null;
let platform: ProcessPlatform | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.url, max: 4 });
  redis = await startTestRedis();
  await runProgram('prisma/seed/main.ts', { DATABASE_URL: database.url, LOG_LEVEL: 'warn' });
  platform = await startProcesses({ databaseUrl: database.url, redisUrl: redis?.url });
}, 180_000);

afterAll(async () => {
  await platform?.stop();
  await redis?.stop();
  await pool.end();
  await database.drop();
}, 60_000);

const running = (): ProcessPlatform => {
  if (!platform) throw new Error('Nothing runs');
  return platform;
};

/** Notifications of one person with these titles, and the events that tell of them, in one transaction. */
const tell = (email: string, titles: readonly string[]): Promise<unknown> =>
  pool.query(
    `WITH person AS (
       SELECT m.tenant_id, m.user_id FROM identity.membership m JOIN identity."user" u ON u.id = m.user_id WHERE u.email = $1
     ), told AS (
       INSERT INTO ops.notification (tenant_id, id, user_id, kind, title, body, created_at)
       SELECT tenant_id, (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n), 3, '0')
              || '8' || substr(md5(random()::text), 1, 15))::uuid, user_id, 'BOOKING', title, '', now()
       FROM person, unnest($2::text[]) WITH ORDINALITY AS t (title, n)
       RETURNING tenant_id, id, user_id
     )
     INSERT INTO kernel.outbox_event (tenant_id, id, type, payload, headers, occurred_at)
     SELECT tenant_id, id, 'ops.notification_created',
            jsonb_build_object('notificationId', id, 'userId', user_id, 'kind', 'BOOKING'), '{}', now() FROM told`,
    [email, titles],
  );

/** Follows as a client does who takes up again after the last she has had, whatever breaks. */
async function followThrough(connect: () => Promise<Graph>): Promise<{ titles: string[]; broken: number }> {
  const titles: string[] = [];
  let broken = 0;
  let after: string | null = null;
  for (;;) {
    try {
      const graph = await connect();
      const events: AsyncIterable<GraphAnswer<Received>> = graph.follow<Received>(FOLLOW, { after });
      for await (const { data, errors } of events) {
        if (!data?.notificationReceived) throw new Error(JSON.stringify(errors));
        const { cursor, notification } = data.notificationReceived;
        // Told of while the subgraph was going: asked for again, since the cursor was not taken.
        if (!notification) throw new Error('unreadable');
        after = cursor;
        if (notification.title === LAST) return { titles, broken };
        titles.push(notification.title);
      }
      throw new Error('ended');
    } catch {
      broken += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

describe(`what is followed while everything between is killed with SIGKILL${hasRedis ? '' : ' (without Redis here)'}`, () => {
  it('comes once, whole and in order, and to nobody else', async () => {
    const people = ['owner@acme.example', 'owner@globex.example'] as const;
    const following = people.map(async (email) => {
      const company = /@(\w+)\./.exec(email)?.[1] ?? '';
      return followThrough(() => signIn(graphOf(running().url, company), email));
    });
    const disturbances: Readonly<Record<number, () => Promise<void>>> = {
      [EVENTS * 0.25]: async () => {
        await running().kill('gateway');
        await running().restart('gateway');
      },
      [EVENTS * 0.5]: async () => {
        await running().kill('ops');
        await running().restart('ops');
      },
      [EVENTS * 0.75]: async () => {
        if (!redis) return;
        const { url } = redis;
        await redis.stop();
        redis = await startTestRedis(new URL(url));
      },
    };
    // From the start of the log on, so that nothing depends on who was connected when.
    const disturbed: Promise<void>[] = [];
    for (let from = 0; from < EVENTS; from += AT_ONCE) {
      const disturb = disturbances[from];
      if (disturb) disturbed.push(disturb());
      const numbers = Array.from({ length: AT_ONCE }, (_, at) => from + at);
      for (const email of people) await tell(email, numbers.map((number) => `${email} ${number}`));
      // As fast as a busy day, not faster than disturbances last.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await Promise.all(disturbed);
    for (const email of people) await tell(email, [LAST]);
    const received = await Promise.all(following);
    for (const [at, email] of people.entries()) {
      const own = received[at]?.titles.filter((title) => title.includes('@'));
      expect(own).toEqual(Array.from({ length: EVENTS }, (_, number) => `${email} ${number}`));
      expect(received[at]?.broken).toBeGreaterThan(0);
    }
  }, 300_000);
});
