import { z } from 'zod';
import { ForbiddenError, InvalidTransitionError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { FlagWatch } from '../../_kernel/flags/flag-watch.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import { requireFreshProof, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, PlatformDb } from '../../_kernel/tenancy/tenant-database.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import type { DetectionService } from '../detection/detection.service.js';
import { PROPOSALS_NEWEST } from './flag-sort.js';
import type { FlagStep } from './flag.js';
import type { FlagWriter } from './flag-writer.js';
import { requireFlagManager } from './flag.service.js';
import { decideProposal, findProposalsPage, lockProposal, type FlagProposalRow } from './flag.store.js';

/** Four eyes: what one member of staff has proposed, another one decides. */
export interface FlagProposalService {
  /** Newest first. @throws {ForbiddenError} */
  list(context: RequestContext, args: PageArgs, status: FlagProposalRow['status'] | null): Promise<Connection<FlagProposalRow>>;
  /**
   * Does what was proposed, as the flag is now.
   * @throws {ForbiddenError} without the permission, and for who has proposed it herself
   * @throws {StepUpRequiredError} @throws {NotFoundError} @throws {InvalidTransitionError} when it is decided
   */
  approve(context: RequestContext, id: string): Promise<FlagProposalRow>;
  /** Also for who takes her own proposal back. @throws as `approve` */
  reject(context: RequestContext, id: string): Promise<FlagProposalRow>;
}

interface ProposedChange {
  readonly step: FlagStep;
  readonly tenantId: string | null;
}

const changeSchema = z.custom<ProposedChange>();

export function createFlagProposalService(parts: {
  readonly platform: PlatformDatabase;
  readonly writer: FlagWriter;
  readonly flags: FlagWatch;
  readonly detection: Pick<DetectionService, 'findTenant'>;
}): FlagProposalService {
  const { platform, writer, flags, detection } = parts;

  const pending = async (db: PlatformDb, id: string, to: string): Promise<FlagProposalRow> => {
    const proposal = await lockProposal(db, id);
    if (!proposal) throw new NotFoundError('Proposal');
    if (proposal.status !== 'PENDING') throw new InvalidTransitionError(proposal.status, to);
    return proposal;
  };

  return {
    async list(context, args, status) {
      requirePermission(context, 'platform:incidents:read');
      const page = pageOf(args, PROPOSALS_NEWEST);
      const rows = await findProposalsPage(platform.db, page, status);
      return connectionOf(page, rows, (row) => [row.proposedAt, row.id]);
    },
    async approve(context, id) {
      const decidedBy = requireFlagManager(context);
      requireFreshProof(context);
      const decided = await platform.transaction(async (db) => {
        const proposal = await pending(db, id, 'APPROVED');
        if (proposal.proposedBy === decidedBy) throw new ForbiddenError('Somebody else has to approve what you have proposed');
        const { step, tenantId } = changeSchema.parse(proposal.change);
        const tenant =
          tenantId === null || tenantId === PLATFORM_TENANT.id ? null : await detection.findTenant(tenantId);
        const author: RequestContext =
          context.principal.kind === 'platform'
            ? { ...context, principal: { ...context.principal, adminId: proposal.proposedBy } }
            : context;
        const { key, reason } = proposal;
        await writer.write(author, db, { key, step, reason, tenant, approvedBy: decidedBy });
        return decideProposal(db, id, { status: 'APPROVED', decidedBy, decidedAt: context.clock.now() });
      });
      await flags.refresh();
      return decided;
    },
    async reject(context, id) {
      const decidedBy = requireFlagManager(context);
      return platform.transaction(async (db) => {
        await pending(db, id, 'REJECTED');
        return decideProposal(db, id, { status: 'REJECTED', decidedBy, decidedAt: context.clock.now() });
      });
    },
  };
}
