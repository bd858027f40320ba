import type { AuditCheckpoint, AuditEntry, AuditLeaf, AuditSigningKey } from '../../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { hashOfSubtrees, subtreesOf, type Hash, type HashedSubtree, type Range, type Subtree } from './merkle-tree.js';

export type CheckpointRow = AuditCheckpoint;
export type LeafRow = AuditLeaf;
export type SigningKeyRow = AuditSigningKey;

/** Of every tenant that has entries outside its tree. */
export async function findTenantsWithQueue(db: PlatformDb, most: number): Promise<string[]> {
  const rows = await db.auditQueue.findMany({ distinct: ['tenantId'], select: { tenantId: true }, take: most });
  return rows.map(({ tenantId }) => tenantId);
}

/** One process at a time lets a tenant's tree grow; the lock ends with the transaction. */
export async function lockTree(db: PlatformDb, tenantId: string): Promise<void> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`spine:audit-log:${tenantId}`}, 0))`;
}

/** The oldest of them first. */
export async function findQueued(db: PlatformDb, tenantId: string, most: number): Promise<AuditEntry[]> {
  const rows = await db.auditQueue.findMany({
    where: { tenantId },
    orderBy: [{ queuedAt: 'asc' }, { id: 'asc' }],
    take: most,
    include: { entry: true },
  });
  return rows.map(({ entry }) => entry);
}

export async function removeFromQueue(db: PlatformDb, tenantId: string, ids: readonly string[]): Promise<void> {
  await db.auditQueue.deleteMany({ where: { tenantId, id: { in: [...ids] } } });
}

// Prisma's bytes are backed by memory of their own.
const bytes = (hash: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(hash);

export interface NewLeaf {
  readonly id: string;
  readonly leafIndex: number;
  readonly clientSalt: Uint8Array;
  readonly clientCommitment: Uint8Array;
}

/** Rows of one statement: the client walks them by recursion, and a thousand with bytes in them can be too many. */
const ROWS_AT_ONCE = 200;

function* inSlices<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) yield rows.slice(at, at + ROWS_AT_ONCE);
}

export async function insertLeaves(db: PlatformDb, tenantId: string, leaves: readonly NewLeaf[]): Promise<void> {
  for (const slice of inSlices(leaves)) {
    await db.auditLeaf.createMany({
      data: slice.map(({ id, leafIndex, clientSalt, clientCommitment }) => ({
        tenantId,
        id,
        leafIndex,
        clientSalt: bytes(clientSalt),
        clientCommitment: bytes(clientCommitment),
      })),
    });
  }
}

export async function insertNodes(db: PlatformDb, tenantId: string, nodes: readonly HashedSubtree[]): Promise<void> {
  for (const slice of inSlices(nodes)) {
    await db.auditNode.createMany({
      data: slice.map(({ level, position, hash }) => ({ tenantId, level, position, hash: bytes(hash) })),
    });
  }
}

export async function insertCheckpoint(
  db: PlatformDb,
  { tenantId, size, root, note, signedAt }: Omit<CheckpointRow, 'root' | 'size'> & { size: number; root: Uint8Array },
): Promise<void> {
  await db.auditCheckpoint.create({ data: { tenantId, size, root: bytes(root), note, signedAt } });
}

/** The newest, or the one of a size. */
export const findCheckpoint = (
  db: TenantDb | PlatformDb,
  tenantId: string,
  size?: number,
): Promise<CheckpointRow | null> =>
  db.auditCheckpoint.findFirst({
    where: { tenantId, ...(size === undefined ? {} : { size }) },
    orderBy: { size: 'desc' },
  });

/** The smallest signed tree that has the leaf. */
export const findCheckpointWith = (
  db: TenantDb | PlatformDb,
  tenantId: string,
  leafIndex: bigint,
): Promise<CheckpointRow | null> =>
  db.auditCheckpoint.findFirst({ where: { tenantId, size: { gt: leafIndex } }, orderBy: { size: 'asc' } });

const nameOf = ({ level, position }: { level: number; position: number | bigint }) => `${level}/${position}`;

/** The hashes of ranges, with one look into the table. */
export async function hashesOfRanges(db: TenantDb | PlatformDb, tenantId: string, ranges: readonly Range[]): Promise<Hash[]> {
  const pieces = ranges.map(subtreesOf);
  const hashes = await findHashes(db, tenantId, pieces.flat());
  let at = 0;
  return pieces.map(({ length }) => hashOfSubtrees(hashes.slice(at, (at += length))));
}

/** Hashes in the order in which the subtrees are named. @throws when the tree has no such subtree */
export async function findHashes(
  db: TenantDb | PlatformDb,
  tenantId: string,
  subtrees: readonly Subtree[],
): Promise<readonly Hash[]> {
  if (subtrees.length === 0) return [];
  const levels = subtrees.map(({ level }) => level);
  const positions = subtrees.map(({ position }) => String(position));
  // One condition, however many they are: a tree of conditions is walked by recursion, and its stack has an end.
  const rows = await db.$queryRaw<{ readonly level: number; readonly position: bigint; readonly hash: Uint8Array }[]>`
    SELECT level, position, hash FROM ops.audit_node
    WHERE tenant_id = ${tenantId}::uuid
      AND (level, position) IN (SELECT * FROM unnest(${levels}::int[], ${positions}::text[]::bigint[]))`;
  const found = new Map(rows.map((row) => [nameOf(row), Buffer.from(row.hash)]));
  return subtrees.map((subtree) => {
    const hash = found.get(nameOf(subtree));
    if (!hash) throw new Error(`The audit tree of ${tenantId} has no node ${nameOf(subtree)}`);
    return hash;
  });
}

/** Hashes of the leaves from `from` up to and without `to`, by their places; those that are there. */
export async function findLeafHashes(
  db: TenantDb | PlatformDb,
  tenantId: string,
  { from, to }: Range,
): Promise<ReadonlyMap<number, Hash>> {
  const rows = await db.auditNode.findMany({ where: { tenantId, level: 0, position: { gte: from, lt: to } } });
  return new Map(rows.map(({ position, hash }) => [Number(position), Buffer.from(hash)]));
}

export interface LeafWithEntry {
  readonly leaf: LeafRow;
  /** Null for one whose entry has gone. */
  readonly entry: AuditEntry | null;
}

/** Leaves from `from` on, in their order, each with its entry. */
export async function findLeaves(
  db: TenantDb | PlatformDb,
  tenantId: string,
  from: number,
  most: number,
): Promise<readonly LeafWithEntry[]> {
  const leaves = await db.auditLeaf.findMany({
    where: { tenantId, leafIndex: { gte: from } },
    orderBy: { leafIndex: 'asc' },
    take: most,
  });
  const entries = await db.auditEntry.findMany({ where: { tenantId, id: { in: leaves.map(({ id }) => id) } } });
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return leaves.map((leaf) => ({ leaf, entry: byId.get(leaf.id) ?? null }));
}

/** The leaf of an entry; of any tenant that the handle sees. */
export const findLeafOf = (db: TenantDb | PlatformDb, entryId: string): Promise<LeafRow | null> =>
  db.auditLeaf.findFirst({ where: { id: entryId } });

export const findEntry = (db: TenantDb | PlatformDb, tenantId: string, id: string): Promise<AuditEntry | null> =>
  db.auditEntry.findFirst({ where: { tenantId, id } });

export const findSigningKey = (db: PlatformDb): Promise<SigningKeyRow | null> =>
  db.auditSigningKey.findFirst({ orderBy: { createdAt: 'desc' } });

export async function insertSigningKey(
  db: PlatformDb,
  { publicKey, ...rest }: Omit<SigningKeyRow, 'publicKey'> & { readonly publicKey: Uint8Array },
): Promise<void> {
  await db.auditSigningKey.create({ data: { ...rest, publicKey: bytes(publicKey) } });
}

/** Newest last. */
export const findCheckpoints = (db: TenantDb | PlatformDb, tenantId: string): Promise<CheckpointRow[]> =>
  db.auditCheckpoint.findMany({ where: { tenantId }, orderBy: { size: 'asc' } });
