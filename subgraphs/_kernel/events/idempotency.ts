import { createHash } from 'node:crypto';
import { ConflictError, ValidationError } from '../errors/domain-error.js';
import type { RequestContext } from '../request/request-context.js';
import type { TenantDb } from '../tenancy/tenant-database.js';
import { actorIdOf } from '../wire/principal.js';

const KEY = /^[\x21-\x7e]{1,255}$/;

export interface IdempotentCall {
  /** The mutation, such as `createBooking`. */
  readonly operation: string;
  /** The client's key: 1 to 255 printable ASCII characters without spaces. */
  readonly key: string;
  /** The input without its key; a repeat must bring the same. */
  readonly input: unknown;
}

function canonical(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
}

/**
 * Runs `work` once per key. It must run in the caller's transaction: a second call with the same key waits
 * for the first one's end, and then gets the id that the first one made.
 * @param work returns the id of what it made
 * @throws {ValidationError} for a key that is not printable ASCII
 * @throws {ConflictError} IDEMPOTENCY_KEY_REUSED when the key came with another input
 */
export async function once(
  context: RequestContext,
  db: TenantDb,
  call: IdempotentCall,
  work: () => Promise<string>,
): Promise<{ readonly id: string; readonly repeated: boolean }> {
  if (!KEY.test(call.key)) {
    throw ValidationError.of('idempotencyKey', 'must be 1 to 255 printable ASCII characters without spaces');
  }
  const scope = `${call.operation}:${actorIdOf(context.principal) ?? 'anonymous'}`;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify(canonical(call.input)) ?? 'undefined')
    .digest('hex');
  const claimed = await db.$executeRaw`
    INSERT INTO kernel.idempotency_record (scope, key, fingerprint)
    VALUES (${scope}, ${call.key}, ${fingerprint}) ON CONFLICT DO NOTHING`;
  if (claimed === 0) {
    const record = await db.idempotencyRecord.findFirst({ where: { scope, key: call.key } });
    if (!record?.result || record.fingerprint !== fingerprint) {
      throw new ConflictError(
        'This idempotency key was used before with another input',
        'IDEMPOTENCY_KEY_REUSED',
      );
    }
    return { id: record.result, repeated: true };
  }
  const id = await work();
  await db.$executeRaw`
    UPDATE kernel.idempotency_record SET result = ${id} WHERE scope = ${scope} AND key = ${call.key}`;
  return { id, repeated: false };
}
