import { randomBytes } from 'node:crypto';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { createSecretBox, type SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { findNewestKey, findKey, insertKey, type DataKeyRow } from './integration.store.js';

const KEY_BYTES = 32;

/** A company's own key, open. It never leaves the process. */
export interface DataKey {
  readonly id: string;
  readonly box: SecretBox;
}

/**
 * Envelope encryption: what belongs to a company is sealed with a key of its own, and only that key with the
 * platform's. A key is bound to its company and row, so that it opens nothing when it is put somewhere else.
 */
export interface DataKeys {
  /** The newest, made when there is none. The caller holds the company's lock. */
  current(db: TenantDb, tenantId: string, now: Date): Promise<DataKey>;
  create(db: TenantDb, tenantId: string, now: Date): Promise<DataKey>;
  /** @throws for a key that is not there */
  open(db: TenantDb, tenantId: string, id: string): Promise<DataKey>;
}

export function createDataKeys(platformBox: SecretBox): DataKeys {
  const purposeOf = (tenantId: string, id: string): string => `tenancy.data-key:${tenantId}:${id}`;
  const opened = (tenantId: string, { id, sealedKey }: Pick<DataKeyRow, 'id' | 'sealedKey'>): DataKey => ({
    id,
    box: createSecretBox(platformBox.open(sealedKey, purposeOf(tenantId, id))),
  });
  const create: DataKeys['create'] = async (db, tenantId, now) => {
    const id = uuidv7();
    const sealedKey = platformBox.seal(randomBytes(KEY_BYTES).toString('base64url'), purposeOf(tenantId, id));
    await insertKey(db, { id, sealedKey, createdAt: now });
    return opened(tenantId, { id, sealedKey });
  };
  return {
    create,
    async current(db, tenantId, now) {
      const newest = await findNewestKey(db);
      return newest ? opened(tenantId, newest) : create(db, tenantId, now);
    },
    async open(db, tenantId, id) {
      const row = await findKey(db, id);
      if (!row) throw new Error(`Data key ${id} is missing`);
      return opened(tenantId, row);
    },
  };
}
