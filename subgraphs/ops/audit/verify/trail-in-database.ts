import type { PlatformDb } from '../../../_kernel/tenancy/tenant-database.js';
import { findCheckpoints, findLeafHashes, findLeaves, findSigningKey, type LeafWithEntry } from '../log/audit-log.store.js';
import { headIn } from '../log/checkpoint.js';
import { commitmentTo, isForgotten, leafText } from '../log/leaf.js';
import { parseNote } from '../log/signed-note.js';
import type { ArchivedEntries } from '../archive/archived-entries.js';
import type { FoundLeaf, FoundTrail } from './check-trail.js';
import { foundLeafOf } from './trail-file.js';

const PAGE = 1_000;
/** Entries beside the log that are named one by one. */
const STRAYS = 100;

function foundLeaf({ leaf, entry }: LeafWithEntry, keptHash: Buffer | null): FoundLeaf {
  const commitment = Buffer.from(leaf.clientCommitment);
  return {
    index: Number(leaf.leafIndex),
    id: leaf.id,
    text: entry && leafText(entry, commitment),
    keptHash,
    clientHolds: entry === null || isForgotten(entry) || commitmentTo(leaf.clientSalt, entry).equals(commitment),
  };
}

async function* leavesOf(db: PlatformDb, tenantId: string, archived: ArchivedEntries): AsyncGenerator<FoundLeaf> {
  for (let from = 0; ;) {
    const page = await findLeaves(db, tenantId, from, PAGE);
    const last = page.at(-1);
    const to = Number(last?.leaf.leafIndex ?? from) + 1;
    const hashes = await findLeafHashes(db, tenantId, { from, to });
    for (const found of page) {
      const index = Number(found.leaf.leafIndex);
      const keptHash = hashes.get(index) ?? null;
      // An archive that cannot be read, or is not what was written, holds nothing.
      const kept = found.entry ? null : await archived.at(tenantId, index).catch(() => null);
      yield kept ? foundLeafOf(kept, keptHash) : foundLeaf(found, keptHash);
    }
    if (!last || page.length < PAGE) return;
    from = to;
  }
}

/** Entries that are neither in the tree nor on their way. */
async function straysOf(db: PlatformDb, tenantId: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT e.id FROM ops.audit_entry e
    WHERE e.tenant_id = ${tenantId}::uuid
      AND NOT EXISTS (SELECT 1 FROM ops.audit_leaf l WHERE l.tenant_id = e.tenant_id AND l.id = e.id)
      AND NOT EXISTS (SELECT 1 FROM ops.audit_queue q WHERE q.tenant_id = e.tenant_id AND q.id = e.id)
    LIMIT ${STRAYS}`;
  return rows.map(({ id }) => id);
}

/** Every tenant that has a log. */
export async function tenantsWithTrails(db: PlatformDb): Promise<readonly string[]> {
  const rows = await db.$queryRaw<{ tenant_id: string }[]>`
    SELECT DISTINCT tenant_id FROM ops.audit_checkpoint UNION SELECT DISTINCT tenant_id FROM ops.audit_leaf ORDER BY 1`;
  return rows.map(({ tenant_id: tenantId }) => tenantId);
}

/**
 * A tenant's log in the database.
 * @param publicKey with which its checkpoints are to be checked; the one that is kept with it when null
 */
export async function openTrailInDatabase(
  db: PlatformDb,
  tenantId: string,
  publicKey: Uint8Array | null,
  archived: ArchivedEntries,
): Promise<FoundTrail> {
  const rows = await findCheckpoints(db, tenantId);
  const notes = rows.map(({ note }) => note);
  const newest = notes.length === 0 ? null : parseNote(notes.at(-1) ?? '');
  const kept = publicKey ?? (await findSigningKey(db))?.publicKey;
  return {
    origin: (newest && headIn(newest)?.origin) ?? `the log of ${tenantId}`,
    // Without any key nothing is believed.
    publicKey: kept ?? new Uint8Array(32),
    checkpoints: notes,
    leaves: leavesOf(db, tenantId, archived),
    strays: await straysOf(db, tenantId),
  };
}
