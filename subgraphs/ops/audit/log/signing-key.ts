import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { SecretBox } from '../../../_kernel/secrets/secret-box.js';
import type { Database, PlatformDb } from '../../../_kernel/tenancy/tenant-database.js';
import { findSigningKey, insertSigningKey, type SigningKeyRow } from './audit-log.store.js';
import { generateSigningKey, type SigningKey } from './signed-note.js';

const PURPOSE = 'audit log signing key';

/** With what the platform signs its audit logs, and witnesses those of others. */
export interface AuditKeys {
  /** Made when it is first needed; the same in every process from then on. */
  signing(context: RequestContext): Promise<SigningKey>;
  /** Null as long as nothing was ever signed. */
  publicKey(): Promise<Buffer | null>;
}

export function createAuditKeys({ platform }: Database, secretBox: SecretBox): AuditKeys {
  const opened = ({ publicKey, sealedPrivateKey }: SigningKeyRow): SigningKey => ({
    publicKey: Buffer.from(publicKey),
    privateKey: Buffer.from(secretBox.open(sealedPrivateKey, PURPOSE), 'base64'),
  });

  const make = async (db: PlatformDb, context: RequestContext): Promise<SigningKey> => {
    await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('spine:audit-signing-key', 0))`;
    const made = await findSigningKey(db);
    if (made) return opened(made);
    const { publicKey, privateKey } = generateSigningKey();
    await insertSigningKey(db, {
      id: uuidv7(),
      publicKey,
      sealedPrivateKey: secretBox.seal(privateKey.toString('base64'), PURPOSE),
      createdAt: context.clock.now(),
    });
    return { publicKey, privateKey };
  };

  return {
    async signing(context) {
      const known = await findSigningKey(platform.db);
      return known ? opened(known) : platform.transaction((db) => make(db, context));
    },
    async publicKey() {
      const known = await findSigningKey(platform.db);
      return known && Buffer.from(known.publicKey);
    },
  };
}
