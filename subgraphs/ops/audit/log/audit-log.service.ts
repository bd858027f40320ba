import { NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { Database, PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { PLATFORM_TENANT } from '../../../_kernel/wire/tenant.js';
import { dbWithin, READ_AUDIT, requireReach } from '../../reach.js';
import { findCosignatures, type CosignatureRow } from '../witness/cosignature.store.js';
import type { ArchivedEntries } from '../archive/archived-entries.js';
import { findCheckpoint, findCheckpointWith, findEntry, findLeafOf, hashesOfRanges, type CheckpointRow } from './audit-log.store.js';
import { originOf } from './checkpoint.js';
import { leafText } from './leaf.js';
import { consistencyPath, hashLeaf, inclusionPath, type Hash } from './merkle-tree.js';
import { logVerifier, verifierText } from './signed-note.js';
import type { AuditKeys } from './signing-key.js';

/** One tenant's log, as of its newest signed head. */
export interface AuditLog {
  readonly tenantId: string;
  readonly origin: string;
  readonly verifierKey: string;
  readonly checkpoint: CheckpointRow;
}

export interface InclusionProof {
  readonly leafIndex: number;
  readonly leaf: string;
  readonly leafHash: Hash;
  readonly clientSalt: Buffer;
  readonly path: readonly Hash[];
  readonly checkpoint: CheckpointRow;
}

export interface ConsistencyProof {
  readonly from: CheckpointRow;
  readonly to: CheckpointRow;
  readonly path: readonly Hash[];
}

/** The audit trail as others can check it. */
export interface AuditLogService {
  /**
   * The tenant's log, and for platform staff any company's; null when nothing of it was signed yet.
   * @param tenantId the asker's own when null, for platform staff the platform's
   * @throws {ForbiddenError} without the permission to read the audit trail
   */
  find(context: RequestContext, tenantId: string | null): Promise<AuditLog | null>;
  /** What witnesses have put under a head that the asker may see. */
  cosignaturesOf(context: RequestContext, head: Pick<CheckpointRow, 'tenantId' | 'size'>): Promise<readonly CosignatureRow[]>;
  /**
   * That an entry is in the tree of a signed head; null for an entry that is not in a tree yet.
   * @param size of that tree, one that was signed; the newest when null
   * @throws {NotFoundError} when there is no such entry or head to the asker, {ForbiddenError}
   * @throws {ValidationError} when the tree of that size does not have it yet
   */
  proveInclusion(context: RequestContext, entryId: string, size: number | null): Promise<InclusionProof | null>;
  /**
   * That the tree of one signed head is that of an earlier one with leaves added behind.
   * @throws {NotFoundError}, {ForbiddenError}; {ValidationError} when `from` is the greater
   */
  proveConsistency(
    context: RequestContext,
    sizes: { readonly tenantId: string | null; readonly from: number; readonly to: number | null },
  ): Promise<ConsistencyProof>;
}

const SIGNED_TREE = 'Signed tree of this size';

export function createAuditLogService(parts: {
  readonly database: Database;
  readonly keys: AuditKeys;
  readonly logName: string;
  readonly archived: ArchivedEntries;
}): AuditLogService {
  const { database, keys, logName, archived } = parts;

  const reach = (context: RequestContext, asked: string | null) => {
    const extent = requireReach(context, READ_AUDIT);
    const own = extent === 'PLATFORM' ? PLATFORM_TENANT.id : context.tenant.id;
    return { db: dbWithin(extent, context, database), tenantId: asked ?? own };
  };

  const headOf = async (db: TenantDb | PlatformDb, tenantId: string, size: number | null): Promise<CheckpointRow> => {
    const head = await findCheckpoint(db, tenantId, size ?? undefined);
    if (!head) throw new NotFoundError(SIGNED_TREE);
    return head;
  };

  return {
    async find(context, asked) {
      const { db, tenantId } = reach(context, asked);
      const checkpoint = await findCheckpoint(db, tenantId);
      const publicKey = checkpoint && (await keys.publicKey());
      if (!publicKey) return null;
      const origin = originOf(logName, tenantId);
      return { tenantId, origin, verifierKey: verifierText(logVerifier(origin, publicKey)), checkpoint };
    },

    async cosignaturesOf(context, head) {
      return findCosignatures(dbWithin(requireReach(context, READ_AUDIT), context, database), head);
    },

    async proveInclusion(context, entryId, size) {
      const { db } = reach(context, null);
      const leaf = await findLeafOf(db, entryId);
      if (!leaf) return null;
      const { tenantId, leafIndex } = leaf;
      const checkpoint = await headOf(db, tenantId, size);
      if (checkpoint.size <= leafIndex) {
        const first = await findCheckpointWith(db, tenantId, leafIndex);
        throw ValidationError.of('treeSize', `must be at least ${first?.size ?? leafIndex + 1n}, where the entry came in`);
      }
      const entry = await findEntry(db, tenantId, entryId);
      const text = entry ? leafText(entry, leaf.clientCommitment) : (await archived.at(tenantId, Number(leafIndex)))?.entry;
      if (text === undefined) throw new NotFoundError('Audit entry');
      return {
        leafIndex: Number(leafIndex),
        leaf: text,
        leafHash: hashLeaf(Buffer.from(text)),
        clientSalt: Buffer.from(leaf.clientSalt),
        path: await hashesOfRanges(db, tenantId, inclusionPath(Number(leafIndex), Number(checkpoint.size))),
        checkpoint,
      };
    },

    async proveConsistency(context, sizes) {
      const { db, tenantId } = reach(context, sizes.tenantId);
      if (sizes.to !== null && sizes.from > sizes.to) throw ValidationError.of('from', 'must not be greater than `to`');
      const from = await headOf(db, tenantId, sizes.from);
      const to = await headOf(db, tenantId, sizes.to);
      const path = await hashesOfRanges(db, tenantId, consistencyPath(Number(from.size), Number(to.size)));
      return { from, to, path };
    },
  };
}
