import type { Consent } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type ConsentRow = Consent;

/** Newest first. */
export const CONSENT_SORT: readonly SortKey[] = [{ field: 'id', order: 'desc', type: 'uuid' }];

export const insertConsent = (db: TenantDb, row: Omit<ConsentRow, 'tenantId'>): Promise<ConsentRow> =>
  db.consent.create({ data: row });

/** Somebody's newest answer to each purpose. */
export const findCurrentConsents = (db: TenantDb, userId: string): Promise<ConsentRow[]> =>
  db.consent.findMany({
    where: { userId },
    distinct: ['purpose'],
    orderBy: [{ purpose: 'asc' }, { id: 'desc' }],
  });

export function findConsentsPage(db: TenantDb, page: Page, userId: string): Promise<ConsentRow[]> {
  const { where, ...rest } = keysetQuery(page, CONSENT_SORT);
  return db.consent.findMany({ where: { AND: [{ userId }, where] }, ...rest });
}
