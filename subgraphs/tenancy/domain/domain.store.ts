import type { TenantDomain } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TenantRow } from '../tenant/tenant.store.js';
import type { CheckedDomain } from './domain.js';

export type DomainRow = TenantDomain;

export type NewDomain = Pick<DomainRow, 'id' | 'host' | 'kind' | 'token' | 'createdAt' | 'nextCheckAt'>;

/** Adds one unless there are as many as there may be. @returns null for a host the tenant has already */
export async function insertDomain(db: TenantDb, domain: NewDomain): Promise<DomainRow | null> {
  const [row] = await db.tenantDomain.createManyAndReturn({ data: [domain], skipDuplicates: true });
  return row ?? null;
}

export const countDomains = (db: TenantDb): Promise<number> => db.tenantDomain.count();

export const findDomains = (db: TenantDb): Promise<DomainRow[]> =>
  db.tenantDomain.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });

export const findDomain = (db: TenantDb, id: string): Promise<DomainRow | null> =>
  db.tenantDomain.findFirst({ where: { id } });

export async function deleteDomain(db: TenantDb, id: string): Promise<DomainRow | null> {
  const domain = await findDomain(db, id);
  const { count } = await db.tenantDomain.deleteMany({ where: { id } });
  return count > 0 ? domain : null;
}

export const findDueDomains = (db: PlatformDb, now: Date, limit: number): Promise<DomainRow[]> =>
  db.tenantDomain.findMany({
    where: { nextCheckAt: { lte: now }, tenant: { deletedAt: null } },
    orderBy: [{ nextCheckAt: 'asc' }, { id: 'asc' }],
    take: limit,
  });

/** Everybody's claims to a host, in one order, so that two checks of it wait for each other. */
export async function lockClaims(db: PlatformDb, host: string): Promise<DomainRow[]> {
  await db.$queryRaw`SELECT 1 FROM tenancy.tenant_domain WHERE host = ${host} ORDER BY tenant_id FOR UPDATE`;
  return db.tenantDomain.findMany({ where: { host } });
}

export const writeCheck = (
  db: PlatformDb,
  { tenantId, id }: Pick<DomainRow, 'tenantId' | 'id'>,
  { status, misses, problem, verifiedAt, confirmedAt, checkedAt, nextCheckAt }: CheckedDomain,
): Promise<DomainRow> =>
  db.tenantDomain.update({
    where: { tenantId_id: { tenantId, id } },
    data: { status, misses, problem, verifiedAt, confirmedAt, checkedAt, nextCheckAt },
  });

/** The company that has proved that a host is its own. */
export const findTenantOfHost = (db: PlatformDb, host: string): Promise<TenantRow | null> =>
  db.tenant.findFirst({ where: { deletedAt: null, domains: { some: { host, status: 'VERIFIED' } } } });

export const findTenant = (db: PlatformDb, id: string): Promise<TenantRow | null> => db.tenant.findFirst({ where: { id } });
