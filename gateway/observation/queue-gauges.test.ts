import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { QUEUE_FIGURES_PATH, type QueueReading } from '../../subgraphs/_kernel/wire/queue-figures.js';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { RouteRequest } from '../../subgraphs/_kernel/wire/subgraph-route.js';
import type { GatewayLogger } from '../logger.js';
import { tellQueues } from './queue-gauges.js';

const job = { queue: 'ops', pending: 0, due: 0, running: 0, dead: 0, oldestDueSeconds: null };
const READING: QueueReading = {
  jobs: [
    { ...job, kind: 'ops.deliver_webhook', pending: 5, due: 3, running: 2, dead: 1, oldestDueSeconds: 12.5 },
    { ...job, kind: 'ops.send_sms', pending: 4 },
  ],
  consumers: [
    { consumer: 'booking', behind: 0, seconds: 0 },
    { consumer: 'ops', behind: 7, seconds: 3.25 },
  ],
  deadLetters: [{ consumer: 'ops', count: 2 }],
  mails: 9,
};

function watched() {
  const registry = new Registry();
  const state = { time: 0, asked: 0, reading: READING as QueueReading | null };
  const forward = async ({ path }: RouteRequest) => {
    expect(path).toBe(QUEUE_FIGURES_PATH);
    state.asked += 1;
    if (!state.reading) throw new Error('ECONNREFUSED');
    return { status: 200, headers: {}, body: JSON.stringify(state.reading) };
  };
  const logger = { warn: () => undefined } as unknown as GatewayLogger;
  tellQueues({ registry, ops: { forward } as unknown as SubgraphEndpoint, logger, now: () => state.time });
  return { registry, state };
}

test('tell of jobs, events, webhooks and notifications that wait', async () => {
  const { registry } = watched();
  const lines = (await registry.metrics()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'spine_jobs{queue="ops",kind="ops.deliver_webhook",state="pending"} 3',
      'spine_jobs{queue="ops",kind="ops.deliver_webhook",state="running"} 2',
      'spine_jobs{queue="ops",kind="ops.deliver_webhook",state="dead"} 1',
      'spine_job_oldest_due_seconds{queue="ops",kind="ops.deliver_webhook"} 12.5',
      'spine_outbox_backlog_events 7',
      'spine_consumer_lag_events{consumer="booking"} 0',
      'spine_consumer_lag_events{consumer="ops"} 7',
      'spine_consumer_lag_seconds{consumer="ops"} 3.25',
      'spine_dead_letters{consumer="booking"} 0',
      'spine_dead_letters{consumer="ops"} 2',
      'spine_webhook_queue 5',
      'spine_notification_queue{kind="sms"} 4',
      'spine_notification_queue{kind="digest"} 0',
      'spine_notification_queue{kind="mail"} 9',
      'spine_queues_known 1',
    ]),
  );
});

test('are read once in five seconds, however often they are asked for', async () => {
  const { registry, state } = watched();
  await Promise.all([registry.metrics(), registry.metrics()]);
  state.time = 4_999;
  await registry.metrics();
  expect(state.asked).toBe(1);
  state.time = 5_000;
  state.reading = { ...READING, mails: 10, jobs: [] };
  const text = await registry.metrics();
  expect(state.asked).toBe(2);
  expect(text).toContain('spine_notification_queue{kind="mail"} 10');
  expect(text).not.toContain('spine_jobs{');
});

test('are not told while they cannot be read, and hold up nothing else', async () => {
  const { registry, state } = watched();
  await registry.metrics();
  state.time = 60_000;
  state.reading = null;
  const text = await registry.metrics();
  expect(text).toContain('spine_queues_known 0');
  expect(text).toMatch(/spine_outbox_backlog_events nan/i);
  expect(text).not.toContain('spine_consumer_lag_events{');
  state.time = 120_000;
  state.reading = READING;
  expect(await registry.metrics()).toContain('spine_queues_known 1');
});
