import type { Prisma, Provider } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type ProviderRow = Provider;

export const PROVIDER_SORT: readonly SortKey[] = [
  { field: 'name', order: 'asc' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

export const findProvidersByIds = (db: TenantDb, ids: readonly string[]): Promise<ProviderRow[]> =>
  db.provider.findMany({ where: { id: { in: [...ids] } } });

export interface ProviderFilter {
  /** Only these. */
  readonly ids?: readonly string[] | undefined;
  /** Only those who offer this service. */
  readonly serviceId?: string | undefined;
}

/** Providers who can be booked, by name. */
export function findProvidersPage(db: TenantDb, filter: ProviderFilter, page: Page): Promise<ProviderRow[]> {
  const { where, ...rest } = keysetQuery(page, PROVIDER_SORT);
  const { ids, serviceId } = filter;
  const wanted: Prisma.ProviderWhereInput = {
    status: 'ACTIVE',
    bookable: true,
    ...(ids ? { id: { in: [...ids] } } : {}),
    ...(serviceId ? { offerings: { some: { serviceId } } } : {}),
  };
  return db.provider.findMany({ where: { AND: [wanted, where] }, ...rest });
}

/** More matches than this tell nobody anything. */
const MATCHES_KEPT = 1_000;

/**
 * Providers whose name and bio have every word, and when none has, those whose name is spelled alike.
 * @param prefixes a tsquery of prefixes
 * @param text what was typed
 */
export async function findMatchingProviderIds(db: TenantDb, prefixes: string, text: string): Promise<string[]> {
  const exact = await db.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM booking.provider
    WHERE status = 'ACTIVE' AND bookable AND search @@ to_tsquery('simple', ${prefixes})
    ORDER BY ts_rank(search, to_tsquery('simple', ${prefixes})) DESC, id
    LIMIT ${MATCHES_KEPT}`;
  if (exact.length > 0) return exact.map((row) => row.id);
  const alike = await db.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM booking.provider
    WHERE status = 'ACTIVE' AND bookable AND word_similarity(${text}, name) >= 0.45
    ORDER BY word_similarity(${text}, name) DESC, id
    LIMIT ${MATCHES_KEPT}`;
  return alike.map((row) => row.id);
}

export const insertProvider = (
  db: TenantDb,
  provider: Omit<Prisma.ProviderUncheckedCreateInput, 'tenantId'>,
): Promise<ProviderRow> => db.provider.create({ data: provider });

/** @returns false for an unknown provider, and for a user who is another one already */
export async function setProviderUser(db: TenantDb, id: string, userId: string | null): Promise<boolean> {
  const changed = await db.$executeRaw`
    UPDATE booking.provider SET user_id = ${userId}::uuid, updated_at = now()
    WHERE id = ${id}::uuid AND NOT EXISTS (
      SELECT 1 FROM booking.provider AS other WHERE other.user_id = ${userId}::uuid AND other.id <> ${id}::uuid)`;
  return changed > 0;
}

/** Locks a provider until the transaction ends. @returns whether there is one */
export async function lockProvider(db: TenantDb, id: string): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`SELECT 1 FROM booking.provider WHERE id = ${id}::uuid FOR UPDATE`;
  return rows.length > 0;
}

/** @returns whether there is such a provider */
export const setBookable = async (db: TenantDb, id: string, bookable: boolean): Promise<boolean> =>
  (await db.provider.updateMany({ where: { id }, data: { bookable } })).count > 0;
