import type { Invitation } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type InvitationRow = Omit<Invitation, 'tokenHash'>;

const omit = { tokenHash: true } as const;

/** Newest first. */
export const INVITATION_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface NewInvitationRow {
  readonly id: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly tokenHash: string;
  /** Null for somebody whom the platform invites. */
  readonly invitedBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Adds an invitation; one to the same address that is still open ends by it. */
export async function replaceInvitation(db: TenantDb, { roles, ...row }: NewInvitationRow): Promise<InvitationRow> {
  await db.invitation.updateMany({
    where: { email: row.email, acceptedAt: null, revokedAt: null },
    data: { revokedAt: row.createdAt },
  });
  return db.invitation.create({ data: { ...row, roles: [...roles] }, omit });
}

export function findInvitationsPage(db: TenantDb, page: Page): Promise<InvitationRow[]> {
  return db.invitation.findMany({ ...keysetQuery(page, INVITATION_SORT), omit });
}

/** The tenant's invitation behind a link, locked until the transaction ends. */
export async function lockInvitation(db: PlatformDb, tenantId: string, tokenHash: string): Promise<InvitationRow | null> {
  await db.$queryRaw`
    SELECT 1 FROM identity.invitation WHERE tenant_id = ${tenantId}::uuid AND token_hash = ${tokenHash} FOR UPDATE`;
  return db.invitation.findFirst({ where: { tenantId, tokenHash }, omit });
}

export async function markAccepted(
  db: PlatformDb,
  { tenantId, id }: Pick<InvitationRow, 'tenantId' | 'id'>,
  acceptedBy: string,
  acceptedAt: Date,
): Promise<void> {
  await db.invitation.updateMany({ where: { tenantId, id }, data: { acceptedBy, acceptedAt } });
}

/** @returns the invitation as it is now; null when it is unknown or not open any more */
export async function revokeOpenInvitation(db: TenantDb, id: string, revokedAt: Date): Promise<InvitationRow | null> {
  const rows = await db.invitation.updateManyAndReturn({
    where: { id, acceptedAt: null, revokedAt: null },
    data: { revokedAt },
    omit,
  });
  return rows[0] ?? null;
}
