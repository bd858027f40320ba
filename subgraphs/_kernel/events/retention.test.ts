import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ACME, contextFor, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import { encodePosition, LOG_START, type Position, type StoredEvent } from './event.js';
import { liveUpdates } from './live-updates.js';
import { removeDeliveredEvents } from './retention.js';

interface TestEvents {
  'test.happened': { readonly n: number };
}

const HOUR_MS = 3_600_000;
const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * HOUR_MS);

let runtime: TestRuntime;

beforeAll(async () => {
  runtime = await startTestRuntime();
  for (let n = 0; n < 6; n += 1) await emit(n, hoursAgo(n < 4 ? 48 : 1));
  // Whatever else this server does just now may hold back what was written.
  await runtime.everythingTold();
});
afterAll(async () => runtime.stop());

const emit = (n: number, occurredAt: Date): Promise<void> => {
  const context = contextFor(ACME);
  return runtime.database.tenants.transaction(context, (db) =>
    runtime.outbox.for<TestEvents>().emit(db, context, 'test.happened', { n }, occurredAt),
  );
};

const kept = (): Promise<readonly StoredEvent[]> => runtime.log.read({ after: LOG_START, limit: 100 });
const numbers = (events: readonly StoredEvent[]): unknown[] => events.map(({ payload }) => (payload as { n: number }).n);
const remove = (): Promise<number> => removeDeliveredEvents(runtime.pools.platform, runtime.log, hoursAgo(24));

const consumed = async (consumer: string, { xactId, eventId }: Position): Promise<void> => {
  await runtime.pools.platform.query(
    `INSERT INTO kernel.consumer_offset (consumer, xact_id, event_id) VALUES ($1, $2::xid8, $3)
     ON CONFLICT (consumer) DO UPDATE SET xact_id = $2::xid8, event_id = $3`,
    [consumer, xactId, eventId],
  );
};

const live = (after: string) =>
  liveUpdates(runtime.tail, { tenantId: ACME.id, types: ['test.happened'], after }, ({ payload }) => payload as { n: number });

it('removes what is old once every consumer is past it, and tells who comes too late', async () => {
  const events = await kept();
  const cursors = events.map(({ position }) => encodePosition(position));
  const place = (n: number): Position => events[n]?.position ?? LOG_START;

  await expect(remove()).resolves.toBe(0);
  await consumed('quick', place(5));
  await consumed('slow', place(1));
  await expect(remove()).resolves.toBe(2);
  expect(numbers(await kept())).toEqual([2, 3, 4, 5]);

  await consumed('slow', place(5));
  await runtime.pools.platform.query(
    `INSERT INTO kernel.dead_letter (tenant_id, consumer, event_id, type, error, attempts) VALUES ($1, 'slow', $2, 'test.happened', 'no', 1)`,
    [ACME.id, place(2).eventId],
  );
  await expect(remove()).resolves.toBe(1);
  expect(numbers(await kept())).toEqual([2, 4, 5]);

  await expect(live(cursors[1] ?? '').next()).rejects.toMatchObject({ code: 'LAGGED', oldestCursor: cursors[3] });
  const resumed = live(cursors[3] ?? '');
  expect([(await resumed.next()).value, (await resumed.next()).value]).toMatchObject([
    { n: 4, cursor: cursors[4] },
    { n: 5, cursor: cursors[5] },
  ]);
  await resumed.return();
});

it('keeps the newest event however old it is, so that the log has a head', async () => {
  await expect(removeDeliveredEvents(runtime.pools.platform, runtime.log, new Date(Date.now() + HOUR_MS))).resolves.toBe(1);
  expect(numbers(await kept())).toEqual([2, 5]);
});
