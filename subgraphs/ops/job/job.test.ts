import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { ACME, contextFor, memberOf } from '../../../tests/support/runtime.js';
import { createJobQueue } from '../../_kernel/jobs/job-queue.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { QUEUE_FIGURES_PATH, type QueueReading } from '../../_kernel/wire/queue-figures.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import type { PlatformPermission } from '../../_kernel/wire/permissions.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import { JobId } from '../ids.js';

const staff = (...permissions: readonly PlatformPermission[]): Principal => ({
  kind: 'platform',
  adminId: uuidv7(),
  sessionId: uuidv7(),
  roles: ['SUPPORT'],
  permissions,
  assurance: { level: 'aal2', at: Math.floor(Date.now() / 1_000) },
});
const reader = staff('platform:incidents:read');
const manager = staff('platform:incidents:read', 'platform:incidents:manage');

const DEAD = `{ deadLetters { edges { node { id kind queue status attempts failure tenant { id } dueAt } } } }`;
const QUEUES = `{ jobQueues { queue kind pending due running dead oldestDueSeconds } }`;
const REQUEUE = `mutation($id: ID!) { requeueJob(id: $id) { __typename ... on Job { status attempts } } }`;
const DISMISS = `mutation($id: ID!) { dismissJob(id: $id) { __typename } }`;

describe('jobs that were given up', () => {
  let t: TestOps;

  beforeAll(async () => {
    t = await startTestOps();
  });
  afterAll(() => t.stop());

  const database = () => t.runtime.pools.platform;
  let id: string;

  beforeEach(async () => {
    await database().query('DELETE FROM kernel.job');
    const context = contextFor(ACME, undefined, t.clock);
    const queue = createJobQueue<{ 'test.fetch': { secret: string } }>('elsewhere', t.runtime);
    const made = await t.runtime.database.tenants.transaction(context, (db) =>
      queue.enqueue(db, context, 'test.fetch', { secret: 'not to be shown' }),
    );
    if (!made) throw new Error('There is to be a job');
    id = made;
    await database().query(
      `UPDATE kernel.job SET status = 'DEAD', attempts = 12, due_at = NULL, finished_at = now(), failure = 'gone' WHERE id = $1`,
      [id],
    );
  });

  test('are listed for staff, without what they were told', async () => {
    const result = await t.graphql(DEAD, { as: reader });
    expect(result.data?.['deadLetters']).toMatchObject({
      edges: [{ node: { id: JobId.encode(id), kind: 'test.fetch', queue: 'elsewhere', status: 'DEAD', attempts: 12, failure: 'gone', dueAt: null } }],
    });
    expect(JSON.stringify(result)).not.toContain('not to be shown');
  });

  test('are attempted anew when staff says so, and not twice', async () => {
    const again = () => t.graphql(REQUEUE, { as: manager, variables: { id: JobId.encode(id) } });
    expect((await again()).data?.['requeueJob']).toEqual({ __typename: 'Job', status: 'PENDING', attempts: 0 });
    expect((await again()).data?.['requeueJob']).toEqual({ __typename: 'NotFoundError' });
    const { data } = await t.graphql(QUEUES, { as: reader });
    expect(data?.['jobQueues']).toEqual([
      { queue: 'elsewhere', kind: 'test.fetch', pending: 1, due: 1, running: 0, dead: 0, oldestDueSeconds: expect.any(Number) },
    ]);
  });

  test('are figures for whoever watches the platform, beside the lag of every consumer', async () => {
    await t.settle();
    await database().query(
      `INSERT INTO kernel.dead_letter (tenant_id, consumer, event_id, type, error, attempts) VALUES ($1, 'ops', $2, 'x.y', 'broken', 5)`,
      [ACME.id, uuidv7()],
    );
    await database().query(`INSERT INTO kernel.consumer_offset (consumer, xact_id, event_id) VALUES ('left-behind', '0', $1) ON CONFLICT DO NOTHING`, [uuidv7()]);
    await t.tell('identity.login_succeeded', { realm: 'tenant', subjectId: uuidv7(), sessionId: uuidv7() });
    await t.settle();
    const asked = (principal: Principal) =>
      t.host.forward(
        { method: 'GET', path: QUEUE_FIGURES_PATH, search: '', headers: {}, body: Buffer.of() },
        { tenant: PLATFORM_TENANT, principal, origin: { requestId: uuidv7(), ip: null, userAgent: null } },
      );
    const answer = await asked({ kind: 'system', name: 'gateway' });
    const { jobs, consumers, deadLetters, mails } = JSON.parse(answer?.body ?? '{}') as QueueReading;
    expect(jobs).toContainEqual({ queue: 'elsewhere', kind: 'test.fetch', pending: 0, due: 0, running: 0, dead: 1, oldestDueSeconds: null });
    expect(deadLetters).toEqual([{ consumer: 'ops', count: 1 }]);
    expect(mails).toBe(0);
    const lagOf = (name: string) => consumers.find(({ consumer }) => consumer === name);
    expect(lagOf('ops')).toBeDefined();
    expect(lagOf('left-behind')?.behind).toBeGreaterThan(0);
    expect(lagOf('left-behind')?.seconds).toBeGreaterThanOrEqual(0);
    expect((await asked(reader))?.status).toBe(403);
    await database().query('DELETE FROM kernel.dead_letter');
  });

  test('can be forgotten', async () => {
    const { data } = await t.graphql(DISMISS, { as: manager, variables: { id: JobId.encode(id) } });
    expect(data?.['dismissJob']).toEqual({ __typename: 'Job' });
    expect((await database().query('SELECT 1 FROM kernel.job')).rowCount).toBe(0);
  });

  test.each([['an owner', memberOf(['settings:read', 'settings:update'], { roles: ['OWNER'] })], ['staff without the permission', staff()]])(
    'are nothing to %s',
    async (_who, as) => {
      for (const [source, variables] of [[DEAD, {}], [QUEUES, {}]] as const) {
        expect((await t.graphql(source, { as, variables })).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
      }
      for (const source of [REQUEUE, DISMISS]) {
        const { data } = await t.graphql(source, { as, variables: { id: JobId.encode(id) } });
        expect(JSON.stringify(data)).toContain('ForbiddenError');
      }
    },
  );
});
