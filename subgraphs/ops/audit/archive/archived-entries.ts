import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { ObjectStore } from '../../../_kernel/files/object-store.js';
import type { PlatformDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { AuditEntryRow } from '../audit.store.js';
import { isForgotten, leafText } from '../log/leaf.js';
import type { LeafRow } from '../log/audit-log.store.js';
import { entryIn, type TrailFileEntry } from '../verify/trail-file.js';
import { findArchiveWith, type ArchiveRow } from './audit-archive.store.js';

/** Lines before the entries: the log, and the head that seals the file. */
const HEAD_LINES = 2;

/** A file of the archive is not what was written. */
class BrokenArchiveError extends Error {
  override readonly name = 'BrokenArchiveError';
}

/** An entry as a file of the log has it. */
export const trailEntryOf = (leaf: Pick<LeafRow, 'leafIndex' | 'clientSalt' | 'clientCommitment'>, entry: AuditEntryRow): TrailFileEntry => ({
  index: Number(leaf.leafIndex),
  entry: leafText(entry, leaf.clientCommitment),
  clientSalt: isForgotten(entry) ? null : Buffer.from(leaf.clientSalt).toString('base64'),
  ip: entry.ip,
  userAgent: entry.userAgent,
});

export const sha256Of = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Entries that have left the database. */
export interface ArchivedEntries {
  /**
   * The entry that is a leaf of a tenant's log; null when no archive has it.
   * @throws {BrokenArchiveError} when the archive is not what was written
   */
  at(tenantId: string, leafIndex: number): Promise<TrailFileEntry | null>;
}

/** @returns the entries of an archive by their places. @throws {BrokenArchiveError} */
async function entriesIn({ objectKey, sha256 }: ArchiveRow, files: Pick<ObjectStore, 'read'>): Promise<ReadonlyMap<number, TrailFileEntry>> {
  const bytes = await buffer(await files.read(objectKey));
  if (!sha256Of(bytes).equals(sha256)) throw new BrokenArchiveError(`${objectKey} is not what was written`);
  const lines = bytes.toString('utf8').split('\n').slice(HEAD_LINES, -1);
  const entries = lines.map((line, at) => entryIn(line, at + HEAD_LINES + 1));
  return new Map(entries.map((entry) => [entry.index, entry]));
}

/** Reads the archives; the last one is kept open, for whoever goes through them in their order. */
export function createArchivedEntries(db: PlatformDb, files: Pick<ObjectStore, 'read'>): ArchivedEntries {
  let open: { readonly archive: ArchiveRow; readonly entries: Promise<ReadonlyMap<number, TrailFileEntry>> } | null = null;
  return {
    async at(tenantId, leafIndex) {
      const isOpen = open?.archive.tenantId === tenantId && open.archive.fromIndex <= leafIndex && leafIndex < open.archive.toIndex;
      if (!open || !isOpen) {
        const archive = await findArchiveWith(db, tenantId, leafIndex);
        if (!archive) return null;
        open = { archive, entries: entriesIn(archive, files) };
      }
      return (await open.entries).get(leafIndex) ?? null;
    },
  };
}
