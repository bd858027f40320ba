import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contextFor, createTestClock, eventually, memberOf, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { createTenancy } from '../subgraph.js';
import { identityOf } from '../tenant/tenant.js';
import { replay, type HistoryEntry } from './instance/entry.js';
import { createTestFiles } from '../../../tests/support/files.js';

const RUNS = 12;
const KILLS = 4;

const notice = (title: string) => ({ notice: { do: 'NOTIFY', roles: ['OWNER'], title, body: '{{input.name}}' } });
const end = { key: 'over', name: 'Over', type: 'END', config: { outcome: 'DONE' } };
const RELAY = {
  key: 'relay',
  name: 'Relay',
  entityType: 'Baton',
  start: 'first',
  steps: [
    { key: 'first', name: 'First', type: 'NOTIFICATION', config: notice('first') },
    { key: 'rest', name: 'Rest', type: 'TIMER', config: { minutes: 10 } },
    { key: 'second', name: 'Second', type: 'AUTOMATION', config: { actions: [notice('second').notice, { do: 'DECIDE', decision: 'APPROVED' }] } },
    { key: 'pause', name: 'Pause', type: 'TIMER', config: { minutes: 20 } },
    { key: 'third', name: 'Third', type: 'NOTIFICATION', config: notice('third') },
    end,
  ],
  transitions: [
    { from: 'first', on: 'DONE', to: 'rest' },
    { from: 'rest', on: 'ELAPSED', to: 'second' },
    { from: 'second', on: 'DONE', to: 'pause' },
    { from: 'pause', on: 'ELAPSED', to: 'third' },
    { from: 'third', on: 'DONE', to: 'over' },
  ],
};
const KINDS = ['STARTED', 'MOVED', 'MOVED', 'MOVED', 'MOVED', 'MOVED', 'ENDED'];

describe('workflows whose process is killed at any moment', () => {
  const clock = createTestClock();
  let runtime: TestRuntime;
  let acme: TenantIdentity;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    runtime = await startTestRuntime({ clock });
    const { platform } = runtime.database;
    const tenant = { id: uuidv7(), slug: 'acme', name: 'Acme', plan: 'STARTER', timeZone: 'UTC', currency: 'USD' } as const;
    acme = identityOf(await platform.db.tenant.create({ data: tenant }));
    const member = { tenantId: acme.id, userId: uuidv7(), email: 'olga@acme.example', displayName: 'Olga', isOwner: true };
    await platform.db.tenantMember.create({ data: { ...member, roles: ['OWNER'] } });
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await runtime.stop();
  });

  const startWorker = (): ChildProcess => {
    const program = ['infra/local/run.mjs', 'tests/support/workflow-worker.ts', runtime.url, String(startedAt)];
    const child = spawn(process.execPath, program, { stdio: 'ignore' });
    children.push(child);
    return child;
  };
  const startedAt = Date.now();
  const db = () => runtime.database.tenants.of({ tenant: acme });
  const entries = () => db().workflowEntry.count();
  const countOf = (type: string) => db().outboxEvent.count({ where: { type } });

  it('lose nothing and double nothing', async () => {
    const { workflows } = createTenancy(runtime, { issuer: 'http://spine.example', files: createTestFiles() }).services;
    const owner = contextFor(acme, memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] }), clock);
    await workflows.definitions.publish(owner, RELAY);
    for (let at = 0; at < RUNS; at += 1) {
      await workflows.runs.start(owner, { workflow: 'relay', entityType: 'Baton', entityId: `b${at}`, input: { name: `b${at}` } });
    }
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const worker = startWorker();
      const before = await entries();
      // Somewhere in the middle of what it is doing.
      await eventually(async () => (await entries()) > before + kill);
      worker.kill('SIGKILL');
      await once(worker, 'exit');
      expect(await entries()).toBeLessThan(RUNS * KINDS.length);
    }
    startWorker();
    await eventually(async () => (await db().workflowRun.count({ where: { status: 'ENDED' } })) === RUNS);
    for (const run of await db().workflowRun.findMany({ include: { entries: { orderBy: { sequence: 'asc' } } } })) {
      expect(run.entries.map(({ kind }) => kind)).toEqual(KINDS);
      expect(replay(run.entries.map(({ body }) => body as unknown as HistoryEntry))).toEqual(run.state);
    }
    expect(await countOf('tenancy.mail_requested')).toBe(RUNS * 3);
    expect(await countOf('tenancy.entity_decided')).toBe(RUNS);
    expect(await countOf('tenancy.workflow_ended')).toBe(RUNS);
    expect(await db().deadLetter.count()).toBe(0);
  }, 180_000);
});
