import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { signalDrivers, startTestRedis, type TestRedis } from '../../../tests/support/redis.js';
import {
  ACME,
  contextFor,
  eventually,
  GLOBEX,
  startTestRuntime,
  type TestRuntime,
} from '../../../tests/support/runtime.js';
import { ValidationError } from '../errors/domain-error.js';
import type { TenantIdentity } from '../wire/tenant.js';
import { createConsumer, type EventConsumer } from './consumer.js';
import { decodePosition, encodePosition, type StoredEvent } from './event.js';
import { once } from './idempotency.js';
import { reactTo, type Reaction } from './reaction.js';

interface TestEvents {
  'test.happened': { readonly n: number };
  'test.ignored': { readonly n: number };
}

const react = reactTo<TestEvents>();

describe.each(await signalDrivers())('events, signalled by %s', (driver) => {
  let redis: TestRedis | null = null;
  let runtime: TestRuntime;
  const consumers: EventConsumer[] = [];

  beforeAll(async () => {
    if (driver === 'Redis') redis = await startTestRedis();
    runtime = await startTestRuntime({ redisUrl: redis?.url });
  });
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
  });
  afterAll(async () => {
    await runtime.stop();
    await redis?.stop();
  });

  const emit = (n: number, tenant: TenantIdentity = ACME, type: keyof TestEvents = 'test.happened') => {
    const context = contextFor(tenant);
    return runtime.database.tenants.transaction(context, (db) =>
      runtime.outbox.for<TestEvents>().emit(db, context, type, { n }),
    );
  };

  const consume = (name: string, ...reactions: Reaction[]): EventConsumer => {
    const consumer = createConsumer({
      name,
      reactions,
      log: runtime.log,
      watch: runtime.watch,
      tenants: runtime.database.tenants,
      pool: runtime.pools.platform,
      clock: runtime.clock,
      logger: runtime.logger,
    });
    consumers.push(consumer);
    consumer.start();
    return consumer;
  };

  const inboxOf = async (consumer: string, tenant = ACME): Promise<number> =>
    runtime.database.tenants.of({ tenant }).inboxEntry.count({ where: { consumer } });

  it('delivers what was committed, in order, and nothing that was rolled back', async () => {
    const seen: number[] = [];
    const context = contextFor(ACME);
    for (const n of [1, 2, 3]) await emit(n);
    await runtime.database.tenants
      .transaction(context, async (db) => {
        await runtime.outbox.for<TestEvents>().emit(db, context, 'test.happened', { n: 99 });
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    await emit(4);
    consume(
      'in-order',
      react('test.happened', 'rememberWhatHappened', async (_context, _db, { payload }) => void seen.push(payload.n)),
    );
    expect(await runtime.catchUp('in-order', ACME.id, 5_000)).toBe(true);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('reacts as the tenant whose event it is', async () => {
    const tenants: string[] = [];
    await emit(1, GLOBEX);
    consume(
      'as-tenant',
      react('test.happened', 'countEventsOfTheTenant', async (context, db) => {
        const foreign = await db.outboxEvent.count({ where: { tenantId: { not: context.tenant.id } } });
        tenants.push(`${context.tenant.slug}:${foreign}`);
      }),
    );
    await runtime.catchUp('as-tenant', GLOBEX.id, 5_000);
    expect(new Set(tenants)).toEqual(new Set(['acme:0', 'globex:0']));
  });

  it('undoes a reaction that fails, tries it again, and then goes on with the next event', async () => {
    let failures = 2;
    const seen: number[] = [];
    await emit(50);
    await emit(51);
    consume(
      'fails-twice',
      react('test.happened', 'failTwiceThenRemember', async (_context, _db, { payload }) => {
        if (payload.n === 50 && failures > 0) {
          failures -= 1;
          throw new Error('not yet');
        }
        if (payload.n >= 50) seen.push(payload.n);
      }),
    );
    await eventually(async () => seen.includes(51));
    expect(seen).toEqual([50, 51]);
  });

  it('sets an event aside that keeps failing, and holds up nobody else', async () => {
    const before = await inboxOf('poisoned');
    await emit(60);
    await emit(61);
    const seen: number[] = [];
    consume(
      'poisoned',
      react('test.happened', 'chokeOnSixty', async (_context, _db, { payload }) => {
        if (payload.n === 60) throw new Error('cannot digest this');
        seen.push(payload.n);
      }),
    );
    await eventually(async () => seen.includes(61));
    const letters = await runtime.database.tenants
      .of({ tenant: ACME })
      .deadLetter.findMany({ where: { consumer: 'poisoned' } });
    expect(letters).toEqual([
      expect.objectContaining({ type: 'test.happened', error: expect.stringContaining('cannot digest') }),
    ]);
    expect(await inboxOf('poisoned')).toBeGreaterThan(before);
  });

  it('has an effect once, though two processes run the same consumer and one is stopped on the way', async () => {
    const reaction = react('test.happened', 'countInTheDatabase', async (_context, db, { payload }) => {
      if (payload.n >= 100) {
        await db.$executeRaw`INSERT INTO kernel.idempotency_record (scope, key, fingerprint)
          VALUES ('count', ${String(payload.n)}, gen_random_uuid()::text)`;
      }
    });
    const first = consume('shared', reaction);
    consume('shared', reaction);
    for (let n = 100; n < 150; n += 1) await emit(n);
    await first.stop();
    for (let n = 150; n < 200; n += 1) await emit(n);
    expect(await runtime.catchUp('shared', ACME.id, 10_000)).toBe(true);
    const counted = await runtime.database.tenants
      .of({ tenant: ACME })
      .idempotencyRecord.count({ where: { scope: 'count' } });
    expect(counted).toBe(100);
    const letters = await runtime.database.tenants
      .of({ tenant: ACME })
      .deadLetter.count({ where: { consumer: 'shared' } });
    expect(letters).toBe(0);
  });

  it('streams live events of one tenant only, without a gap between what is read back and what is live', async () => {
    const seen: StoredEvent[] = [];
    const start = await runtime.log.head();
    for (let n = 0; n < 30; n += 1) await emit(n, n % 3 === 0 ? GLOBEX : ACME);
    const stream = runtime.tail.stream({ tenantId: ACME.id, types: ['test.happened'], after: start });
    const reading = (async () => {
      for await (const event of stream) if (seen.push(event) === 40) return;
    })();
    for (let n = 30; n < 60; n += 1) await emit(n, n % 3 === 0 ? GLOBEX : ACME);
    await reading;
    const expected = Array.from({ length: 60 }, (_, n) => n).filter((n) => n % 3 !== 0);
    expect(seen.map((event) => (event.payload as { n: number }).n)).toEqual(expected);
    expect(new Set(seen.map((event) => event.headers.tenant.id))).toEqual(new Set([ACME.id]));
  });

  it('resumes behind a cursor, and refuses one that is not a position', async () => {
    const start = await runtime.log.head();
    await emit(1);
    await emit(2, ACME, 'test.ignored');
    await emit(3);
    const first = await runtime.tail.stream({ types: ['test.happened'], after: start }).next();
    const cursor = first.value ? encodePosition(first.value.position) : '';
    const after = decodePosition(cursor);
    const next = await runtime.tail.stream({ types: ['test.happened'], after: after ?? start }).next();
    expect([first.value?.payload, next.value?.payload]).toEqual([{ n: 1 }, { n: 3 }]);
    expect(decodePosition('bm90IGEgcG9zaXRpb24')).toBeNull();
    expect(decodePosition(encodePosition({ ...start, xactId: '99999999999999999999' }))).toBeNull();
  });

  it('ends a stream at once, even while it waits for the next event', async () => {
    const stream = runtime.tail.stream({ tenantId: ACME.id, types: ['test.never'] });
    const waiting = stream.next();
    await stream.return();
    await expect(waiting).resolves.toEqual({ done: true, value: undefined });
  });

  describe('an idempotency key', () => {
    const call = (key: string, input: unknown, work: () => Promise<string>) => {
      const context = contextFor(ACME);
      return runtime.database.tenants.transaction(context, (db) =>
        once(context, db, { operation: 'test', key, input }, work),
      );
    };

    it('lets a hundred parallel calls do the work once and gives all of them its id', async () => {
      let worked = 0;
      const results = await Promise.all(
        Array.from({ length: 100 }, () => call('same', { a: 1 }, async () => `made-${(worked += 1)}`)),
      );
      expect(worked).toBe(1);
      expect(new Set(results.map((result) => result.id))).toEqual(new Set(['made-1']));
    });

    it('is refused with another input, and when it is not printable', async () => {
      await call('reused', { a: 1 }, async () => 'made');
      await expect(call('reused', { a: 2 }, async () => 'made')).rejects.toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
      await expect(call('a b', {}, async () => 'made')).rejects.toThrow(ValidationError);
    });

    it('can be used again after the work failed', async () => {
      await call('retry', {}, async () => Promise.reject(new Error('no'))).catch(() => undefined);
      await expect(call('retry', {}, async () => 'made')).resolves.toEqual({ id: 'made', repeated: false });
    });
  });
});
