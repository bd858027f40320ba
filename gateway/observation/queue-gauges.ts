import { setTimeout as delay } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';
import { QUEUE_FIGURES_PATH, type QueueReading } from '../../subgraphs/_kernel/wire/queue-figures.js';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from '../logger.js';
import { gatewayEnvelope } from '../request.js';

/** A reading is told again for so long, however often it is asked for, in milliseconds. */
const KEPT_MS = 5_000;

/** Figures are not waited for longer: the others have to be told, also when the database is in trouble. */
const WAITED_MS = 2_000;

/** Kinds of jobs that bring a notification to somebody, by what they are counted as. */
const NOTIFYING: Readonly<Record<string, string>> = {
  'ops.deliver_notification': 'notification',
  'ops.send_sms': 'sms',
  'ops.send_digest': 'digest',
};
const DELIVERING = 'ops.deliver_webhook';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/**
 * Figures of what waits: jobs, events, webhooks, notifications. Ops counts them, when Prometheus comes for them, at
 * most every few seconds.
 * @param now epoch milliseconds
 */
export function tellQueues(parts: {
  readonly registry: Registry;
  readonly ops: SubgraphEndpoint;
  readonly logger: GatewayLogger;
  readonly now: () => number;
}): void {
  const { registry, ops, logger, now } = parts;
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> =>
    new Gauge({ name, help, labelNames: [...labelNames], registers, collect: () => whenRead() });

  const jobs = gauge('spine_jobs', 'Jobs that are not done, by queue, kind and state', ['queue', 'kind', 'state']);
  const oldest = gauge('spine_job_oldest_due_seconds', 'How long the job waits that is due longest', ['queue', 'kind']);
  const backlog = gauge('spine_outbox_backlog_events', 'Events that not every consumer has dealt with, counted to 10,000');
  const lag = gauge('spine_consumer_lag_events', 'Events that a consumer has before it, counted to 10,000', ['consumer']);
  const lagSeconds = gauge('spine_consumer_lag_seconds', 'How long ago the first of them happened', ['consumer']);
  const deadLetters = gauge('spine_dead_letters', 'Events that a consumer gave up on', ['consumer']);
  const webhooks = gauge('spine_webhook_queue', 'Calls of webhooks that are yet to be made');
  const notifications = gauge('spine_notification_queue', 'What is yet to be brought to people, by how', ['kind']);
  const known = gauge('spine_queues_known', 'Whether the figures of the queues could be read');
  const byLabel = [jobs, oldest, lag, lagSeconds, deadLetters, notifications];

  const ask = async (): Promise<QueueReading> => {
    const request = { method: 'GET', path: QUEUE_FIGURES_PATH, search: '', headers: {}, body: Buffer.of() };
    const response = await ops.forward(request, gatewayEnvelope('queue-figures'));
    if (response?.status !== 200) throw new Error(`ops answered ${response?.status ?? 'no route'}`);
    return JSON.parse(response.body) as QueueReading;
  };

  const show = (reading: QueueReading): void => {
    for (const { queue, kind, pending, running, dead, oldestDueSeconds } of reading.jobs) {
      jobs.set({ queue, kind, state: 'pending' }, pending - running);
      jobs.set({ queue, kind, state: 'running' }, running);
      jobs.set({ queue, kind, state: 'dead' }, dead);
      oldest.set({ queue, kind }, oldestDueSeconds ?? 0);
    }
    for (const { consumer, behind, seconds } of reading.consumers) {
      lag.set({ consumer }, behind);
      lagSeconds.set({ consumer }, seconds);
      deadLetters.set({ consumer }, 0);
    }
    backlog.set(Math.max(0, ...reading.consumers.map(({ behind }) => behind)));
    for (const { consumer, count } of reading.deadLetters) deadLetters.set({ consumer }, count);
    const waitingOf = (wanted: string): number => sum(reading.jobs.filter(({ kind }) => kind === wanted).map(({ pending }) => pending));
    webhooks.set(waitingOf(DELIVERING));
    for (const [kind, label] of Object.entries(NOTIFYING)) notifications.set({ kind: label }, waitingOf(kind));
    notifications.set({ kind: 'mail' }, reading.mails);
  };

  /** What cannot be read is not told: an old figure would look like a good one. */
  const read = async (): Promise<void> => {
    try {
      const told = await ask();
      for (const each of byLabel) each.reset();
      show(told);
      known.set(1);
    } catch (error) {
      logger.warn({ err: error }, 'queues cannot be counted');
      for (const each of byLabel) each.reset();
      for (const each of [backlog, webhooks]) each.set(Number.NaN);
      known.set(0);
    }
  };

  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;

  /** One reading for all gauges, which are collected at the same time. */
  async function whenRead(): Promise<void> {
    if (reading === null && now() - readAt >= KEPT_MS) {
      readAt = now();
      reading = read().finally(() => {
        reading = null;
      });
    }
    if (reading) await Promise.race([reading, delay(WAITED_MS, undefined, { ref: false })]);
  }
}
