import { buffer } from 'node:stream/consumers';
import type { ObjectStore } from '../../../_kernel/files/object-store.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { PlatformDatabase } from '../../../_kernel/tenancy/tenant-database.js';
import { findLeafHashes, findLeaves, lockTree } from '../log/audit-log.store.js';
import { originOf } from '../log/checkpoint.js';
import { hashLeaf } from '../log/merkle-tree.js';
import { logVerifier, verifierText } from '../log/signed-note.js';
import type { AuditKeys } from '../log/signing-key.js';
import { checkpointLineOf, entryLineOf, headerOf } from '../verify/trail-file.js';
import { sha256Of, trailEntryOf } from './archived-entries.js';
import { findNextPart, findTenantsWithOldEntries, moveToArchive } from './audit-archive.store.js';

export const ARCHIVE_TYPE = 'application/x-ndjson';

const YEAR_MS = 365 * 86_400_000;
const TENANTS_AT_ONCE = 200;
/** Entries of one file. */
const MOST_ENTRIES = 10_000;

/** What was to be archived is not what was signed, or was not kept as it was written. Nothing was removed. */
class NotArchivedError extends Error {
  override readonly name = 'NotArchivedError';
}

/** Brings what is older than a year out of the database. */
export interface AuditArchiver {
  /**
   * Moves entries older than a year into files, as far as they are under a signed head.
   * @returns how many entries
   */
  archiveOld(context: RequestContext): Promise<number>;
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly note: string;
}

export function createAuditArchiver(parts: {
  readonly platform: PlatformDatabase;
  readonly keys: AuditKeys;
  readonly files: ObjectStore;
  readonly logName: string;
}): AuditArchiver {
  const { platform, keys, files, logName } = parts;

  /** @throws {NotArchivedError} when an entry is not the one that was signed */
  const fileOf = async (tenantId: string, { from, to, note }: Part) => {
    const publicKey = await keys.publicKey();
    if (!publicKey) throw new NotArchivedError('There is no key that the log was signed with');
    const leaves = await findLeaves(platform.db, tenantId, from, to - from);
    const hashes = await findLeafHashes(platform.db, tenantId, { from, to });
    const entries = leaves.map(({ leaf, entry }) => {
      const line = entry && trailEntryOf(leaf, entry);
      if (!line || !hashes.get(line.index)?.equals(hashLeaf(Buffer.from(line.entry)))) {
        throw new NotArchivedError(`Entry ${leaf.id} is not what was signed`);
      }
      // After a year nobody needs the address and the browser; the leaf keeps a salted hash of them.
      return { at: entry.occurredAt, line: entryLineOf({ ...line, clientSalt: null, ip: null, userAgent: null }) };
    });
    if (entries.length !== to - from) throw new NotArchivedError(`Of ${to - from} entries ${entries.length} are there`);
    const head = [headerOf(verifierText(logVerifier(originOf(logName, tenantId), publicKey))), checkpointLineOf(note)];
    const times = entries.map(({ at }) => at.getTime());
    const bytes = Buffer.from([...head, ...entries.map(({ line }) => line)].map((line) => `${line}\n`).join(''));
    return { bytes, oldestAt: new Date(Math.min(...times)), newestAt: new Date(Math.max(...times)) };
  };

  const archive = async (context: RequestContext, tenantId: string, part: Part): Promise<number> => {
    const { bytes, oldestAt, newestAt } = await fileOf(tenantId, part);
    const id = uuidv7();
    const objectKey = `${tenantId}/audit/${id}`;
    const sha256 = sha256Of(bytes);
    await files.write(objectKey, ARCHIVE_TYPE, bytes);
    // Nothing is removed before the store has shown that it has it.
    if (!sha256Of(await buffer(await files.read(objectKey))).equals(sha256)) {
      throw new NotArchivedError(`${objectKey} was not kept as it was written`);
    }
    const { from: fromIndex, to: toIndex } = part;
    const places = { fromIndex: BigInt(fromIndex), toIndex: BigInt(toIndex) };
    const kept = { objectKey, sha256, size: BigInt(bytes.length), archivedAt: context.clock.now() };
    return platform.transaction(async (db) => {
      await lockTree(db, tenantId);
      return moveToArchive(db, { tenantId, id, ...places, oldestAt, newestAt, ...kept });
    });
  };

  return {
    async archiveOld(context) {
      const before = new Date(context.clock.now().getTime() - YEAR_MS);
      let moved = 0;
      for (const tenantId of await findTenantsWithOldEntries(platform.db, before, TENANTS_AT_ONCE)) {
        try {
          for (;;) {
            const part = await findNextPart(platform.db, tenantId, before, MOST_ENTRIES);
            if (!part) break;
            moved += await archive(context, tenantId, part);
          }
        } catch (error) {
          // One log that cannot be archived must not keep the others.
          context.logger.error({ err: error, tenantId }, 'old audit entries are not archived');
        }
      }
      return moved;
    },
  };
}
