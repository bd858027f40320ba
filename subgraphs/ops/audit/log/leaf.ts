import { createHash } from 'node:crypto';
import { canonicalJson, toJsonValue } from '../../spine/json.js';
import type { AuditEntryRow } from '../audit.store.js';

/** Bound into every leaf: a later form could not be passed off as this one. */
const FORM = 'spine-audit-entry/1';

/** Of a client of whom nothing is kept, nothing can be checked: there was none, or she has been forgotten. */
export const isForgotten = ({ ip, userAgent }: Pick<AuditEntryRow, 'ip' | 'userAgent'>): boolean =>
  ip === null && userAgent === null;

/** The client's address and browser as the leaf holds them: whoever has the salt can check them, nobody can guess them. */
export const commitmentTo = (salt: Uint8Array, { ip, userAgent }: Pick<AuditEntryRow, 'ip' | 'userAgent'>): Buffer =>
  createHash('sha256').update(salt).update(canonicalJson({ ip, userAgent })).digest();

/**
 * The text whose hash is the leaf of an entry: canonical JSON (RFC 8785) of every column.
 * @param commitment to the client's address and browser, which are not in it themselves
 */
export function leafText(row: AuditEntryRow, commitment: Uint8Array): string {
  const { tenantId, id, env, action, actorId, actorKind, subjectId, surface, requestId } = row;
  return canonicalJson({
    form: FORM,
    tenantId,
    id,
    occurredAt: row.occurredAt.toISOString(),
    recordedAt: row.recordedAt.toISOString(),
    env,
    action,
    actorId,
    actorKind,
    subjectId,
    surface,
    requestId,
    meta: toJsonValue(row.meta, 'meta'),
    client: Buffer.from(commitment).toString('hex'),
  });
}
