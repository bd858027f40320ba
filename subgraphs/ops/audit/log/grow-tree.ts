import { randomBytes } from 'node:crypto';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { Database, PlatformDb } from '../../../_kernel/tenancy/tenant-database.js';
import { checkpointText, originOf } from './checkpoint.js';
import { commitmentTo, leafText } from './leaf.js';
import {
  findCheckpoint,
  findHashes,
  findQueued,
  findTenantsWithQueue,
  insertCheckpoint,
  insertLeaves,
  insertNodes,
  lockTree,
  removeFromQueue,
  type NewLeaf,
} from './audit-log.store.js';
import { GrowingTree, hashLeaf, subtreesOf, type HashedSubtree } from './merkle-tree.js';
import { signNote, type SigningKey } from './signed-note.js';
import type { AuditKeys } from './signing-key.js';

/** Entries that go into a tree with one signature. */
const BATCH = 1_000;
const TENANTS_AT_ONCE = 200;
const SALT_BYTES = 16;

/** The tree as it is kept is not the one that was signed: somebody has been at it. */
class BrokenTreeError extends Error {
  override readonly name = 'BrokenTreeError';
}

/** @throws {BrokenTreeError} when what is kept disagrees with the newest checkpoint */
async function treeOf(db: PlatformDb, tenantId: string): Promise<GrowingTree> {
  const newest = await findCheckpoint(db, tenantId);
  if (!newest) return new GrowingTree();
  const size = Number(newest.size);
  const tree = new GrowingTree(size, await findHashes(db, tenantId, subtreesOf({ from: 0, to: size })));
  if (!tree.root.equals(newest.root)) throw new BrokenTreeError(`The audit tree of ${tenantId} is not as it was signed`);
  return tree;
}

/** What lets the trees of the tenants grow. */
export interface TreeGrower {
  /**
   * Takes into the trees what waits, and signs their heads.
   * @returns how many entries that were
   */
  grow(context: RequestContext): Promise<number>;
}

export function createTreeGrower(parts: {
  readonly database: Database;
  readonly keys: AuditKeys;
  /** Name of the installation, in the origin of its logs. */
  readonly logName: string;
  /** Told of every head that is signed, in the transaction that keeps it. */
  readonly headSigned?: (db: PlatformDb, context: RequestContext, head: { readonly tenantId: string; readonly size: number }) => Promise<void>;
}): TreeGrower {
  const { platform } = parts.database;

  /** @returns how many entries were taken in: fewer than a batch when that was all */
  const growOne = (context: RequestContext, tenantId: string, key: SigningKey): Promise<number> =>
    platform.transaction(async (db) => {
      await lockTree(db, tenantId);
      const entries = await findQueued(db, tenantId, BATCH);
      if (entries.length === 0) return 0;
      const tree = await treeOf(db, tenantId);
      const leaves: NewLeaf[] = [];
      const nodes: HashedSubtree[] = [];
      for (const entry of entries) {
        const clientSalt = randomBytes(SALT_BYTES);
        const clientCommitment = commitmentTo(clientSalt, entry);
        leaves.push({ id: entry.id, leafIndex: tree.size, clientSalt, clientCommitment });
        nodes.push(...tree.append(hashLeaf(Buffer.from(leafText(entry, clientCommitment)))));
      }
      await insertLeaves(db, tenantId, leaves);
      await insertNodes(db, tenantId, nodes);
      const origin = originOf(parts.logName, tenantId);
      const { size, root } = tree;
      const note = signNote(checkpointText({ origin, size, root }), origin, key);
      await insertCheckpoint(db, { tenantId, size, root, note, signedAt: context.clock.now() });
      await parts.headSigned?.(db, context, { tenantId, size });
      await removeFromQueue(db, tenantId, leaves.map(({ id }) => id));
      return entries.length;
    });

  return {
    async grow(context) {
      const tenants = await findTenantsWithQueue(platform.db, TENANTS_AT_ONCE);
      if (tenants.length === 0) return 0;
      const key = await parts.keys.signing(context);
      let grown = 0;
      for (const tenantId of tenants) {
        try {
          for (let taken = BATCH; taken === BATCH; grown += taken) taken = await growOne(context, tenantId, key);
        } catch (error) {
          // One broken tree must not keep the others from being signed; its entries wait.
          context.logger.error({ err: error, tenantId }, 'an audit tree could not grow');
        }
      }
      return grown;
    },
  };
}
