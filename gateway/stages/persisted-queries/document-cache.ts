import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import type { GatewayLogger } from '../../logger.js';

/**
 * Documents that first-party clients have sent with their hash, to be named by it from then on. Each tenant has
 * a part of its own: whether another tenant's clients have sent a document cannot be found out, and a flood of
 * one tenant's pushes out only that tenant's.
 */
export interface DocumentCache {
  get(tenantId: string, documentId: string): Promise<string | null>;
  /** Never rejects: a document that could not be kept is sent again. */
  set(tenantId: string, documentId: string, text: string): Promise<void>;
  close(): void;
}

/** Characters; longer documents are answered, but have to be sent each time. */
const LONGEST_DOCUMENT = 32 * 1024;
const LIVES_FOR_SECONDS = 24 * 60 * 60;
const TENANTS_KEPT = 256;

/** In this process. */
export function createMemoryDocumentCache(charactersPerTenant = 1024 * 1024): DocumentCache {
  const tenants = new LRUCache<string, LRUCache<string, string>>({ max: TENANTS_KEPT });
  const partOf = (tenantId: string): LRUCache<string, string> => {
    let part = tenants.get(tenantId);
    if (!part) {
      part = new LRUCache({
        maxSize: charactersPerTenant,
        sizeCalculation: (text) => text.length + 100,
        ttl: LIVES_FOR_SECONDS * 1_000,
      });
      tenants.set(tenantId, part);
    }
    return part;
  };
  return {
    get: async (tenantId, documentId) => tenants.get(tenantId)?.get(documentId) ?? null,
    async set(tenantId, documentId, text) {
      if (text.length <= LONGEST_DOCUMENT) partOf(tenantId).set(documentId, text);
    },
    close: () => tenants.clear(),
  };
}

/** How many documents of one tenant Redis holds; the oldest go first. */
const DOCUMENTS_PER_TENANT = 1_000;

/**
 * A tenant's documents under keys of their own, and a sorted set of their ids by age: what is beyond the
 * tenant's share is removed where something new is added. The braces keep a tenant's keys on one node.
 */
const KEEP = `
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[4])
local surplus = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[5])
if surplus > 0 then
  for _, id in ipairs(redis.call('ZPOPMIN', KEYS[2], surplus)) do redis.call('DEL', ARGV[6] .. id) end
end`;

const TIMEOUT_MS = 500;

/**
 * In Redis, shared by every gateway. While Redis is away nothing is found, so that clients send their text.
 * @param timeoutMs a Redis that takes longer is taken for away
 */
export function createRedisDocumentCache(
  url: string,
  logger: GatewayLogger,
  documentsPerTenant = DOCUMENTS_PER_TENANT,
  timeoutMs = TIMEOUT_MS,
): DocumentCache {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: true, commandTimeout: timeoutMs });
  redis.on('error', (error: Error) => logger.warn({ err: error }, 'documents: Redis error'));
  const prefixOf = (tenantId: string): string => `spine:apq:{${tenantId}}:`;
  return {
    async get(tenantId, documentId) {
      try {
        return await redis.get(prefixOf(tenantId) + documentId);
      } catch (error) {
        logger.warn({ err: error }, 'a document could not be read from Redis');
        return null;
      }
    },
    async set(tenantId, documentId, text) {
      if (text.length > LONGEST_DOCUMENT) return;
      const prefix = prefixOf(tenantId);
      try {
        const limits = [Date.now(), LIVES_FOR_SECONDS, documentsPerTenant];
        await redis.eval(KEEP, 2, prefix + documentId, `${prefix}ids`, documentId, text, ...limits, prefix);
      } catch (error) {
        logger.warn({ err: error }, 'a document could not be kept in Redis');
      }
    },
    close: () => redis.disconnect(),
  };
}

export const createDocumentCache = (redisUrl: string | undefined, logger: GatewayLogger): DocumentCache =>
  redisUrl === undefined ? createMemoryDocumentCache() : createRedisDocumentCache(redisUrl, logger);
