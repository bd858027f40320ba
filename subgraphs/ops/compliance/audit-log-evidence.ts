import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { ArchivedEntries } from '../audit/archive/archived-entries.js';
import { findCheckpoint, findLeafHashes, findLeaves, hashesOfRanges } from '../audit/log/audit-log.store.js';
import { headIn, originOf } from '../audit/log/checkpoint.js';
import { leafText } from '../audit/log/leaf.js';
import { hashLeaf } from '../audit/log/merkle-tree.js';
import { isSignedBy, logVerifier, parseNote } from '../audit/log/signed-note.js';
import type { AuditLogEvidence } from './compliance.js';

export interface LogParts {
  /** Of the installation, such as its domain. */
  readonly logName: string;
  readonly publicKey: Uint8Array;
  readonly archived: ArchivedEntries;
}

/** What a report looks at again of each log; `npm run audit:verify` looks at all of it. */
const RECOMPUTED = 100;

/** Whether the newest head is signed by the log and is that of the tree which is kept. */
async function headHolds(db: TenantDb | PlatformDb, tenantId: string, note: string, size: number, parts: LogParts): Promise<boolean> {
  const parsed = parseNote(note);
  const head = parsed && headIn(parsed);
  const origin = originOf(parts.logName, tenantId);
  if (!parsed || head?.origin !== origin || head.size !== size) return false;
  if (!isSignedBy(parsed, logVerifier(origin, parts.publicKey))) return false;
  // A tree that lacks a node leads nowhere.
  const [root] = await hashesOfRanges(db, tenantId, [{ from: 0, to: size }]).catch(() => []);
  return root?.equals(head.root) ?? false;
}

/** How many of the newest entries were looked at, and how many of them are not what they were when they came in. */
async function recompute(
  db: TenantDb | PlatformDb,
  tenantId: string,
  size: number,
  archived: ArchivedEntries,
): Promise<{ readonly looked: number; readonly changed: number }> {
  const from = Math.max(0, size - RECOMPUTED);
  const leaves = await findLeaves(db, tenantId, from, size - from);
  const hashes = await findLeafHashes(db, tenantId, { from, to: size });
  let changed = size - from - leaves.length;
  for (const { leaf, entry } of leaves) {
    const index = Number(leaf.leafIndex);
    const text = entry
      ? leafText(entry, leaf.clientCommitment)
      : (await archived.at(tenantId, index).catch(() => null))?.entry;
    if (text === undefined || !hashes.get(index)?.equals(hashLeaf(Buffer.from(text)))) changed += 1;
  }
  return { looked: size - from, changed };
}

/** What can be said of the logs of these tenants now. */
export async function examineLogs(
  db: TenantDb | PlatformDb,
  tenantIds: readonly string[],
  parts: LogParts | null,
): Promise<Omit<AuditLogEvidence, 'oldestWaitingSeconds'>> {
  let [logs, entriesSigned, entriesRecomputed, problems] = [0, 0, 0, 0];
  for (const tenantId of tenantIds) {
    const checkpoint = await findCheckpoint(db, tenantId);
    if (!checkpoint || !parts) continue;
    const size = Number(checkpoint.size);
    const { looked, changed } = await recompute(db, tenantId, size, parts.archived);
    const holds = await headHolds(db, tenantId, checkpoint.note, size, parts);
    logs += 1;
    entriesSigned += size;
    entriesRecomputed += looked;
    problems += changed + (holds ? 0 : 1);
  }
  return { logs, entriesSigned, entriesRecomputed, problems };
}
