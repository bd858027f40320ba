import type { ScimToken } from '../../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';

/** A token without its hash. */
export type ScimTokenRow = Omit<ScimToken, 'hash'>;

const omit = { hash: true } as const;

/** Newest first. */
export const SCIM_TOKEN_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface NewScimTokenRow {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly hint: string;
  readonly defaultRole: string;
  readonly permissions: readonly string[];
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

export const insertScimToken = (db: TenantDb, { permissions, ...row }: NewScimTokenRow): Promise<ScimTokenRow> =>
  db.scimToken.create({ data: { ...row, permissions: [...permissions] }, omit });

export function findScimTokensPage(db: TenantDb, page: Page): Promise<ScimTokenRow[]> {
  return db.scimToken.findMany({ ...keysetQuery(page, SCIM_TOKEN_SORT), omit });
}

/** A token of the tenant that counts, by its hash. */
export const findStandingScimToken = (db: TenantDb, hash: string, now: Date): Promise<ScimTokenRow | null> =>
  db.scimToken.findFirst({ where: { hash, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] }, omit });

/** @returns null when it is unknown or counts no more */
export async function revokeScimToken(db: TenantDb, id: string, revokedAt: Date): Promise<ScimTokenRow | null> {
  const rows = await db.scimToken.updateManyAndReturn({ where: { id, revokedAt: null }, data: { revokedAt }, omit });
  return rows[0] ?? null;
}

export async function noteUse(db: TenantDb, id: string, lastUsedAt: Date): Promise<void> {
  await db.scimToken.updateMany({ where: { id }, data: { lastUsedAt } });
}
