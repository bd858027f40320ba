import type { Flag, FlagChange, FlagProposal, Prisma } from '../../../prisma/generated/client.js';
import { FLAG_CHANGES_NEWEST, PROPOSALS_NEWEST } from './flag-sort.js';
import { keysetQuery, type Page } from '../../_kernel/graphql/connection.js';
import type { PlatformDb } from '../../_kernel/tenancy/tenant-database.js';

export type FlagRow = Flag;
export type FlagChangeRow = FlagChange;
export type FlagProposalRow = FlagProposal;

/** Those that were ever changed. */
export const findKeptFlags = (db: PlatformDb): Promise<FlagRow[]> => db.flag.findMany();

export async function insertFlagChange(db: PlatformDb, change: Prisma.FlagChangeUncheckedCreateInput): Promise<void> {
  await db.flagChange.create({ data: change, select: { id: true } });
}

export function findFlagChangesPage(db: PlatformDb, page: Page, key: string | null): Promise<FlagChangeRow[]> {
  const { where, ...rest } = keysetQuery(page, FLAG_CHANGES_NEWEST);
  return db.flagChange.findMany({ where: { AND: [key === null ? {} : { key }, where] }, ...rest });
}

export const insertProposal = (
  db: PlatformDb,
  proposal: Prisma.FlagProposalUncheckedCreateInput,
): Promise<FlagProposalRow> => db.flagProposal.create({ data: proposal });

/** Locks the proposal until the transaction ends, so that it is decided once. */
export async function lockProposal(db: PlatformDb, id: string): Promise<FlagProposalRow | null> {
  await db.$queryRaw`SELECT 1 FROM ops.flag_proposal WHERE id = ${id}::uuid FOR UPDATE`;
  return db.flagProposal.findFirst({ where: { id } });
}

export async function decideProposal(
  db: PlatformDb,
  id: string,
  decision: { readonly status: 'APPROVED' | 'REJECTED'; readonly decidedBy: string; readonly decidedAt: Date },
): Promise<FlagProposalRow> {
  const [row] = await db.flagProposal.updateManyAndReturn({ where: { id }, data: decision });
  if (!row) throw new Error(`Proposal ${id} has gone`);
  return row;
}

export function findProposalsPage(
  db: PlatformDb,
  page: Page,
  status: FlagProposalRow['status'] | null,
): Promise<FlagProposalRow[]> {
  const { where, ...rest } = keysetQuery(page, PROPOSALS_NEWEST);
  return db.flagProposal.findMany({ where: { AND: [status === null ? {} : { status }, where] }, ...rest });
}
