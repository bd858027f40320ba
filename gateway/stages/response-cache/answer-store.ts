import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import type { GatewayLogger } from '../../logger.js';

/** An answer as it is kept. */
export interface KeptAnswer {
  /** `data` as JSON text. */
  readonly data: string;
  /** Epoch milliseconds. */
  readonly keptAt: number;
}

/** Where answers are kept until they are too old. It never rejects: what cannot be found is fetched. */
export interface AnswerStore {
  get(key: string): Promise<KeptAnswer | undefined>;
  /** @param seconds after which it is forgotten */
  set(key: string, answer: KeptAnswer, seconds: number): Promise<void>;
  close(): void;
}

/** Characters; longer answers are fetched anew each time. */
const LONGEST_ANSWER = 512 * 1024;

/** In this process, as many as fit. */
export function createMemoryAnswerStore(characters = 64 * 1024 * 1024): AnswerStore {
  const kept = new LRUCache<string, KeptAnswer>({ maxSize: characters, sizeCalculation: ({ data }) => data.length + 200 });
  return {
    get: async (key) => kept.get(key),
    async set(key, answer, seconds) {
      if (answer.data.length <= LONGEST_ANSWER) kept.set(key, answer, { ttl: seconds * 1_000 });
    },
    close: () => kept.clear(),
  };
}

const REDIS_TIMEOUT_MS = 100;

/** In Redis, shared by every gateway. While it is away, or slow, everything is fetched. */
export function createRedisAnswerStore(url: string, logger: GatewayLogger): AnswerStore {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: REDIS_TIMEOUT_MS,
  });
  redis.on('error', (error: Error) => logger.warn({ err: error }, 'answers: Redis error'));
  const prefixed = (key: string): string => `spine:answer:${key}`;
  return {
    async get(key) {
      try {
        const text = await redis.get(prefixed(key));
        return text === null ? undefined : (JSON.parse(text) as KeptAnswer);
      } catch (error) {
        logger.debug({ err: error }, 'an answer could not be read from Redis');
        return undefined;
      }
    },
    async set(key, answer, seconds) {
      if (answer.data.length > LONGEST_ANSWER) return;
      try {
        await redis.set(prefixed(key), JSON.stringify(answer), 'EX', seconds);
      } catch (error) {
        logger.debug({ err: error }, 'an answer could not be kept in Redis');
      }
    },
    close: () => redis.disconnect(),
  };
}

export const createAnswerStore = (redisUrl: string | undefined, logger: GatewayLogger): AnswerStore =>
  redisUrl === undefined ? createMemoryAnswerStore() : createRedisAnswerStore(redisUrl, logger);
