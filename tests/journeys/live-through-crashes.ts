import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import type { Graph, GraphAnswer } from '../../clients/cli/graph.js';
import { encodePosition, LOG_START } from '../../subgraphs/_kernel/events/event.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { runProgram, startProcesses, type ProcessPlatform } from '../support/processes.js';
import { redisServerProgram, startTestRedis, type TestRedis } from '../support/redis.js';
import { graphOf, signIn } from './main-job.js';

const AT_ONCE = 50;
const FOLLOW = 'subscription ($after: String) { notificationReceived(after: $after) { cursor notification { title } } }';
const LAST = 'that is all';

interface Received {
  readonly notificationReceived: { readonly cursor: string; readonly notification: { readonly title: string } | null };
}

const PEOPLE = ['owner@acme.example', 'owner@globex.example'] as const;
const hasRedis = (await redisServerProgram()) !== null;

/** Notifications of one person with these titles, and the events that tell of them, in one transaction. */
const tell = (pool: Pool, email: string, titles: readonly string[]): Promise<unknown> =>
  pool.query(
    `WITH person AS (
       SELECT m.tenant_id, m.user_id FROM identity.membership m JOIN identity."user" u ON u.id = m.user_id WHERE u.email = $1
     ), told AS (
       INSERT INTO ops.notification (tenant_id, id, user_id, kind, title, body, created_at)
       SELECT tenant_id, (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n), 3, '0')
              || '8' || substr(md5(random()::text), 1, 15))::uuid, user_id, 'BOOKING_CONFIRMED', title, '', now()
       FROM person, unnest($2::text[]) WITH ORDINALITY AS t (title, n)
       RETURNING tenant_id, id, user_id
     )
     INSERT INTO kernel.outbox_event (tenant_id, id, type, payload, headers, occurred_at)
     SELECT told.tenant_id, told.id, 'ops.notification_created',
            jsonb_build_object('notificationId', told.id, 'userId', user_id, 'kind', 'BOOKING_CONFIRMED'),
            jsonb_build_object(
              'tenant', jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name, 'status', t.status, 'plan', t.plan,
                                           'timeZone', t.time_zone, 'currency', t.currency),
              'actorId', NULL, 'actorKind', 'system', 'requestId', told.id, 'ip', NULL, 'userAgent', NULL), now()
     FROM told JOIN tenancy.tenant t ON t.id = told.tenant_id`,
    [email, titles],
  );

/** Follows as a client does who takes up again after the last she has had, whatever breaks. */
async function followThrough(graph: Graph, isOver: () => boolean): Promise<{ titles: string[]; broken: number }> {
  const titles: string[] = [];
  let broken = 0;
  let after = encodePosition(LOG_START);
  while (!isOver()) {
    try {
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
  return { titles, broken };
}

/**
 * Kills gateway, subgraph and Redis, one after the other, while two people of two companies follow what happens.
 * @param count events for each of them
 * @param within milliseconds
 */
export function liveThroughCrashes(count: number, within: number): void {
  describe(`${count} events that are followed while everything between is killed with SIGKILL`, () => {
    let database: TestDatabase;
    let pool: Pool;
    let redis: TestRedis | null = null;
    let platform: ProcessPlatform | undefined;
    let isOver = false;

    beforeAll(async () => {
      database = await createTestDatabase();
      pool = new Pool({ connectionString: database.url, max: 4 });
      redis = await startTestRedis();
      await runProgram('prisma/seed/main.ts', { DATABASE_URL: database.url, LOG_LEVEL: 'warn' });
      platform = await startProcesses({ databaseUrl: database.url, redisUrl: redis?.url });
    }, 240_000);

    afterAll(async () => {
      isOver = true;
      await platform?.stop();
      await redis?.stop();
      await pool.end();
      await database.drop();
    });

    /** What breaks, and when. */
    const disturbances = (running: ProcessPlatform): Readonly<Record<number, () => Promise<void>>> => ({
      [count * 0.25]: () => running.kill('gateway').then(() => running.restart('gateway')),
      [count * 0.5]: () => running.kill('ops').then(() => running.restart('ops')),
      [count * 0.75]: async () => {
        if (!redis) return;
        const { url } = redis;
        await redis.stop();
        redis = await startTestRedis(new URL(url));
      },
    });

    it(`come once, whole and in order, and to nobody else${hasRedis ? '' : ' (without Redis here)'}`, async () => {
      if (!platform) throw new Error('Nothing runs');
      const { url } = platform;
      const graphs = await Promise.all(
        PEOPLE.map((email) => signIn(graphOf(url, email.replace(/^.*@|\..*$/g, '')), email)),
      );
      const following = graphs.map((graph) => followThrough(graph, () => isOver));
      const disturbing = disturbances(platform);
      const disturbed: Promise<void>[] = [];
      for (let from = 0; from < count; from += AT_ONCE) {
        const disturb = disturbing[from];
        if (disturb) disturbed.push(disturb());
        for (const email of PEOPLE) {
          await tell(pool, email, Array.from({ length: AT_ONCE }, (_, at) => `${email} ${from + at}`));
        }
        // So that there is something under way while things break.
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await Promise.all(disturbed);
      for (const email of PEOPLE) await tell(pool, email, [LAST]);
      const received = await Promise.all(following);
      for (const [at, email] of PEOPLE.entries()) {
        const told = received[at]?.titles.filter((title) => title.includes('@'));
        expect(told).toEqual(Array.from({ length: count }, (_, number) => `${email} ${number}`));
        expect(received[at]?.broken).toBeGreaterThan(0);
      }
    }, within);
  });
}
