import type { Adapter, AdapterPayload } from 'oidc-provider';
import { errors } from './library.js';
import type { Clock } from '../../_kernel/request/clock.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import {
  addRecord,
  consumeRecord,
  deleteRecord,
  deleteRecordsOfGrants,
  findRecord,
  putRecord,
  type OidcRecordRow,
} from './record.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

const SEAL_PURPOSE = 'identity.oidc_record';

/** Kept under its own grant's hash, so that whatever ends a grant finds it, too. */
const GRANT = 'Grant';
const REPLAYS = 'ReplayDetection';

export interface RecordAdapterParts {
  readonly tenants: TenantDatabase;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
}

/**
 * What the protocol keeps of one tenant, in PostgreSQL. Nobody who reads the table can use what is in it: tokens and
 * codes are found by their hashes, and what is kept with them is sealed.
 */
export function createRecordAdapter(model: string, tenant: TenantIdentity, parts: RecordAdapterParts): Adapter {
  const { tenants, secretBox, clock } = parts;
  const db = tenants.of({ tenant });

  const payloadOf = (row: OidcRecordRow | null): AdapterPayload | undefined => {
    if (!row || row.expiresAt <= clock.now()) return undefined;
    const payload = JSON.parse(secretBox.open(row.sealed, SEAL_PURPOSE)) as AdapterPayload;
    return row.consumedAt ? { ...payload, consumed: Math.floor(row.consumedAt.getTime() / 1_000) } : payload;
  };

  return {
    async upsert(id, payload, expiresIn = 0) {
      const grantId = model === GRANT ? id : payload.grantId;
      const record = {
        model,
        hash: hashOfSecret(id),
        sealed: secretBox.seal(JSON.stringify(payload), SEAL_PURPOSE),
        grantHash: grantId === undefined ? null : hashOfSecret(grantId),
        uidHash: payload.uid === undefined ? null : hashOfSecret(payload.uid),
        expiresAt: new Date(clock.now().getTime() + expiresIn * 1_000),
      };
      if (model !== REPLAYS) return putRecord(db, record);
      if (!(await addRecord(db, record))) throw new errors.InvalidRequest('this proof was used before');
    },
    find: async (id) => payloadOf(await findRecord(db, model, { hash: hashOfSecret(id) })),
    findByUid: async (uid) => payloadOf(await findRecord(db, model, { uidHash: hashOfSecret(uid) })),
    findByUserCode: () => Promise.resolve(undefined),
    async consume(id) {
      // Of two that show the same one at the same moment, one comes second: it is in two hands.
      if (await consumeRecord(db, model, hashOfSecret(id), clock.now())) return;
      const row = await findRecord(db, model, { hash: hashOfSecret(id) });
      if (row?.grantHash) await deleteRecordsOfGrants(db, [row.grantHash]);
      throw new errors.InvalidGrant('it was used already');
    },
    destroy: (id) => deleteRecord(db, model, hashOfSecret(id)),
    revokeByGrantId: (grantId) => deleteRecordsOfGrants(db, [hashOfSecret(grantId)], model),
  };
}
