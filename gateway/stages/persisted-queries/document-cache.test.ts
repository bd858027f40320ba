import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redisServerProgram, startTestRedis, type TestRedis } from '../../../tests/support/redis.js';
import { createRecordingLogger } from '../../support/sample-gateway.js';
import { createMemoryDocumentCache, createRedisDocumentCache, type DocumentCache } from './document-cache.js';

/** A Redis that is slow because the machine is busy is not taken for away here. */
const PATIENCE_MS = 60_000;

const drivers = (await redisServerProgram()) === null ? (['memory'] as const) : (['memory', 'Redis'] as const);

describe.each(drivers)('documents kept in %s', (driver) => {
  let redis: TestRedis | null = null;
  let cache: DocumentCache;
  const { logger, lines } = createRecordingLogger();

  beforeAll(async () => {
    if (driver === 'Redis') redis = await startTestRedis();
    cache = redis ? createRedisDocumentCache(redis.url, logger, 10, PATIENCE_MS) : createMemoryDocumentCache(1_100);
  });
  afterAll(async () => {
    cache.close();
    await redis?.stop();
  });

  it('are found by their tenant, and by no other', async () => {
    await cache.set('acme', 'a', '{ one }');
    await expect(cache.get('acme', 'a')).resolves.toBe('{ one }');
    await expect(cache.get('globex', 'a')).resolves.toBeNull();
    await expect(cache.get('acme', 'b')).resolves.toBeNull();
  });

  it('make room for newer ones of the same tenant only', async () => {
    await cache.set('globex', 'theirs', '{ theirs }');
    for (let index = 0; index < 50; index += 1) await cache.set('acme', `n${index}`, '{ some }');
    await expect(cache.get('globex', 'theirs')).resolves.toBe('{ theirs }');
    await expect(cache.get('acme', 'n49')).resolves.toBe('{ some }');
    await expect(cache.get('acme', 'n0')).resolves.toBeNull();
  });

  it('are not kept when they are too long', async () => {
    await cache.set('acme', 'long', 'x'.repeat(200_000));
    await expect(cache.get('acme', 'long')).resolves.toBeNull();
  });

  if (driver === 'Redis') {
    it('are shared by gateways, and not missed while Redis is away', async () => {
      await cache.set('acme', 'shared', '{ shared }');
      const another = createRedisDocumentCache(redis?.url ?? '', logger, 10, PATIENCE_MS);
      await expect(another.get('acme', 'shared')).resolves.toBe('{ shared }');
      another.close();
      await redis?.stop();
      redis = null;
      await expect(cache.get('acme', 'shared')).resolves.toBeNull();
      await expect(cache.set('acme', 'shared', '{ shared }')).resolves.toBeUndefined();
      expect(lines.some(({ message }) => message.includes('Redis'))).toBe(true);
    });
  }
});
