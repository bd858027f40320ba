import type { TenantMember } from '../../../../prisma/generated/client.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';

/** Nobody has so many people to be told something. */
const MOST_PEOPLE = 100;

/** Members with one of the roles, and the one who is named: each once. */
export const findPeopleToTell = (
  db: TenantDb,
  { roles, userId }: { readonly roles: readonly string[]; readonly userId: string | null },
): Promise<TenantMember[]> =>
  db.tenantMember.findMany({
    where: { OR: [{ roles: { hasSome: [...roles] } }, { userId: { in: userId === null ? [] : [userId] } }] },
    orderBy: { userId: 'asc' },
    take: MOST_PEOPLE,
  });

/** Those of some users who are members of the team. */
export const findPeople = (db: TenantDb, userIds: readonly string[]): Promise<TenantMember[]> =>
  db.tenantMember.findMany({ where: { userId: { in: [...userIds] } }, orderBy: { userId: 'asc' } });
