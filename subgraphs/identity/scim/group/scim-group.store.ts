import type { Prisma, ScimGroup } from '../../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../../_kernel/graphql/connection.js';
import { sql, type Sql } from '../../../_kernel/tenancy/sql.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { Filter } from '../protocol/filter.js';
import { conditionOf, type Column, type Columns } from '../protocol/filter-query.js';
import type { ListQuery } from '../protocol/list-query.js';

export type ScimGroupRow = ScimGroup;

/** Oldest first. */
export const SCIM_GROUP_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'asc', type: 'date' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

export function findScimGroupsPage(db: TenantDb, page: Page): Promise<ScimGroupRow[]> {
  return db.scimGroup.findMany(keysetQuery(page, SCIM_GROUP_SORT));
}

/** Locks it until the transaction ends. */
export async function lockScimGroup(db: TenantDb, id: string): Promise<ScimGroupRow | null> {
  await db.$queryRaw`SELECT 1 FROM identity.scim_group WHERE id = ${id}::uuid FOR UPDATE`;
  return findScimGroup(db, id);
}

export const findScimGroup = (db: TenantDb, id: string): Promise<ScimGroupRow | null> => db.scimGroup.findFirst({ where: { id } });

export interface GroupMember {
  readonly groupId: string;
  readonly id: string;
  readonly display: string;
}

/** Who is in the groups, by what they go by. */
export const findGroupMembers = (db: TenantDb, groupIds: readonly string[]): Promise<GroupMember[]> =>
  db.$queryRaw<GroupMember[]>`
    SELECT m.group_id AS "groupId", s.id, COALESCE(s.attributes ->> 'displayName', s.user_name) AS display
    FROM identity.scim_group_member m JOIN identity.scim_user s ON s.tenant_id = m.tenant_id AND s.id = m.scim_user_id
    WHERE m.group_id = ANY(${[...groupIds]}::uuid[]) ORDER BY m.group_id, s.created_at, s.id`;

const text = (sql: Sql, caseExact = false): Column => ({ kind: 'text', sql, caseExact });

const COLUMNS: Columns = {
  id: text(sql`('scg_' || replace(s.id::text, '-', ''))`, true),
  displayname: text(sql`s.display_name`),
  externalid: text(sql`s.external_id`, true),
  members: {
    kind: 'several',
    from: sql`(SELECT gm.scim_user_id FROM identity.scim_group_member gm WHERE gm.tenant_id = s.tenant_id AND gm.group_id = s.id) AS m`,
    of: { value: text(sql`('scu_' || replace(m.scim_user_id::text, '-', ''))`, true) },
  },
  'meta.created': { kind: 'date', sql: sql`s.created_at` },
  'meta.lastmodified': { kind: 'date', sql: sql`s.updated_at` },
};

const conditionFor = (filter: Filter | null): Sql => (filter === null ? sql`true` : conditionOf(filter, COLUMNS));

/** @throws {ScimError} invalidFilter */
export async function findScimGroups(
  db: TenantDb,
  { filter, startIndex, count }: ListQuery,
): Promise<{ readonly total: number; readonly rows: readonly ScimGroupRow[] }> {
  const condition = conditionFor(filter);
  const [counted] = await db.$queryRaw<{ total: number }[]>`SELECT count(*)::int AS total FROM identity.scim_group s WHERE ${condition}`;
  const found = await db.$queryRaw<{ id: string }[]>`
    SELECT s.id FROM identity.scim_group s WHERE ${condition}
    ORDER BY s.created_at, s.id LIMIT ${count}::int OFFSET ${startIndex - 1}::int`;
  const ids = found.map(({ id }) => id);
  const rows = await db.scimGroup.findMany({ where: { id: { in: ids } }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  return { total: counted?.total ?? 0, rows };
}

/** @returns null when there is one of that name */
export async function insertScimGroup(db: TenantDb, row: Prisma.ScimGroupCreateManyInput): Promise<ScimGroupRow | null> {
  const rows = await db.scimGroup.createManyAndReturn({ data: [row], skipDuplicates: true });
  return rows[0] ?? null;
}

export async function isGroupNameTaken(db: TenantDb, displayNameKey: string, exceptId: string): Promise<boolean> {
  return (await db.scimGroup.count({ where: { displayNameKey, id: { not: exceptId } } })) > 0;
}

export async function updateScimGroup(db: TenantDb, id: string, changes: Prisma.ScimGroupUpdateManyMutationInput): Promise<ScimGroupRow> {
  const [row] = await db.scimGroup.updateManyAndReturn({ where: { id }, data: { ...changes, version: { increment: 1 } } });
  if (!row) throw new Error(`SCIM group ${id} went while it was locked`);
  return row;
}

export async function deleteScimGroup(db: TenantDb, id: string): Promise<void> {
  await db.scimGroup.deleteMany({ where: { id } });
}

/** Puts people in and takes others out; whoever it concerns is in another state by it. */
export async function changeMembers(
  db: TenantDb,
  groupId: string,
  change: { readonly added: readonly string[]; readonly removed: readonly string[]; readonly at: Date },
): Promise<void> {
  const { added, removed, at } = change;
  if (removed.length > 0) await db.scimGroupMember.deleteMany({ where: { groupId, scimUserId: { in: [...removed] } } });
  if (added.length > 0) {
    await db.scimGroupMember.createMany({ data: added.map((scimUserId) => ({ groupId, scimUserId })), skipDuplicates: true });
  }
  await db.scimUser.updateMany({ where: { id: { in: [...added, ...removed] } }, data: { version: { increment: 1 }, updatedAt: at } });
}
