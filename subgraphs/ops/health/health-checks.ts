import { Redis } from 'ioredis';
import type { ObjectStore } from '../../_kernel/files/object-store.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { NamedHealthCheck } from '../spine/health/health.js';

export const databaseCheck = ({ db }: PlatformDatabase): NamedHealthCheck => ({
  name: 'database',
  async probe() {
    await db.$queryRaw`SELECT 1`;
    return { ok: true };
  },
});

/** Asks over a connection of its own, so that a connection that hangs elsewhere hides nothing. */
export const redisCheck = (url: string): NamedHealthCheck => ({
  name: 'redis',
  async probe(signal) {
    const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: null });
    // The reason comes with the rejection below; without a listener the library writes it to the terminal.
    redis.on('error', () => undefined);
    const giveUp = (): void => redis.disconnect();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await redis.connect();
      return { ok: (await redis.ping()) === 'PONG' };
    } finally {
      signal.removeEventListener('abort', giveUp);
      redis.disconnect();
    }
  },
});

const STRIPE = 'https://api.stripe.com';

/** Whether Stripe answers. It is asked without a key, so a refusal is an answer; only its own failure is not. */
export const stripeCheck = (apiBase: string | undefined): NamedHealthCheck => ({
  name: 'stripe',
  async probe(signal) {
    const response = await fetch(new URL('/v1/events', apiBase ?? STRIPE), { signal, redirect: 'error' });
    await response.body?.cancel();
    return response.status < 500 ? { ok: true } : { ok: false, detail: `answered ${response.status}` };
  },
});

/** Whether the object store answers, and to this platform: it is asked for what is not there. */
export const objectStoreCheck = (store: ObjectStore): NamedHealthCheck => ({
  name: 's3',
  async probe() {
    await store.stat('health/probe');
    return { ok: true };
  },
});
