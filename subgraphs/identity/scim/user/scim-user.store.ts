import type { Prisma, ScimUser } from '../../../../prisma/generated/client.js';
import { sql, type Sql } from '../../../_kernel/tenancy/sql.js';
import type { PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { ENTERPRISE_SCHEMA } from '../protocol/attributes.js';
import type { Filter } from '../protocol/filter.js';
import { conditionOf, type Column, type Columns } from '../protocol/filter-query.js';
import type { ListQuery } from '../protocol/list-query.js';

export type ScimUserRow = ScimUser;

/** A person as she is shown: with her groups, and whether she has a place in the company. */
export interface PlacedScimUser extends ScimUserRow {
  readonly groups: readonly { readonly group: { readonly id: string; readonly displayName: string; readonly roles: string[] } }[];
  readonly isMember: boolean;
}

const include = {
  groups: { select: { group: { select: { id: true, displayName: true, roles: true } } }, orderBy: { groupId: 'asc' } },
} as const;

async function withPlaces(
  db: TenantDb,
  rows: readonly (ScimUserRow & Pick<PlacedScimUser, 'groups'>)[],
): Promise<PlacedScimUser[]> {
  const places = await db.membership.findMany({ where: { userId: { in: rows.map(({ userId }) => userId) } }, select: { userId: true } });
  const members = new Set(places.map(({ userId }) => userId));
  return rows.map((row) => ({ ...row, isMember: members.has(row.userId) }));
}

export async function findScimUser(db: TenantDb, id: string): Promise<PlacedScimUser | null> {
  const row = await db.scimUser.findFirst({ where: { id }, include });
  return row && ((await withPlaces(db, [row]))[0] ?? null);
}

/** Locks her until the transaction ends: of two that write her one goes first. */
export async function lockScimUser(db: TenantDb, id: string): Promise<PlacedScimUser | null> {
  await db.$queryRaw`SELECT 1 FROM identity.scim_user WHERE id = ${id}::uuid FOR UPDATE`;
  return findScimUser(db, id);
}

/** Locks several, in one order whoever asks. */
export async function lockScimUsers(db: TenantDb, ids: readonly string[]): Promise<PlacedScimUser[]> {
  await db.$queryRaw`SELECT 1 FROM identity.scim_user WHERE id = ANY(${[...ids]}::uuid[]) ORDER BY id FOR UPDATE`;
  return withPlaces(db, await db.scimUser.findMany({ where: { id: { in: [...ids] } }, orderBy: { id: 'asc' }, include }));
}

const text = (sql: Sql, caseExact = false): Column => ({ kind: 'text', sql, caseExact });

/** Values of an attribute that has several, as they are kept. */
const several = (name: string): Column => ({
  kind: 'several',
  from: sql`jsonb_array_elements(s.attributes -> ${name}::text) AS e(item)`,
  of: {
    value: text(sql`(e.item ->> 'value')`),
    type: text(sql`(e.item ->> 'type')`),
    display: text(sql`(e.item ->> 'display')`),
    primary: { kind: 'boolean', sql: sql`((e.item ->> 'primary')::boolean)` },
  },
});

const plain = (name: string): Column => text(sql`(s.attributes ->> ${name}::text)`);
const nameOf = (part: string): Column => text(sql`(s.attributes -> 'name' ->> ${part}::text)`);
const enterprise = (name: string): Column => text(sql`(s.attributes -> ${ENTERPRISE_SCHEMA}::text ->> ${name}::text)`);

const IS_ACTIVE = sql`(s.active AND EXISTS (SELECT 1 FROM identity.membership m WHERE m.user_id = s.user_id))`;

const COLUMNS: Columns = {
  id: text(sql`('scu_' || replace(s.id::text, '-', ''))`, true),
  username: text(sql`s.user_name_key`),
  externalid: text(sql`s.external_id`, true),
  active: { kind: 'boolean', sql: IS_ACTIVE },
  displayname: plain('displayName'),
  nickname: plain('nickName'),
  title: plain('title'),
  usertype: plain('userType'),
  preferredlanguage: plain('preferredLanguage'),
  locale: plain('locale'),
  timezone: plain('timezone'),
  'name.formatted': nameOf('formatted'),
  'name.givenname': nameOf('givenName'),
  'name.familyname': nameOf('familyName'),
  'name.middlename': nameOf('middleName'),
  emails: several('emails'),
  phonenumbers: several('phoneNumbers'),
  roles: several('roles'),
  groups: {
    kind: 'several',
    from: sql`identity.scim_group_member gm JOIN identity.scim_group g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id AND gm.scim_user_id = s.id`,
    of: { value: text(sql`('scg_' || replace(g.id::text, '-', ''))`, true), display: text(sql`g.display_name`) },
  },
  'meta.created': { kind: 'date', sql: sql`s.created_at` },
  'meta.lastmodified': { kind: 'date', sql: sql`s.updated_at` },
  ...Object.fromEntries(
    ['employeeNumber', 'costCenter', 'organization', 'division', 'department'].map((name) => [
      `${ENTERPRISE_SCHEMA}:${name}`.toLowerCase(),
      enterprise(name),
    ]),
  ),
};

/** What of a filter a column index can answer: names are kept in the case they are compared in. */
const conditionFor = (filter: Filter | null): Sql => {
  if (filter === null) return sql`true`;
  if (filter.kind === 'compare' && filter.path === 'username' && filter.op === 'eq' && typeof filter.value === 'string') {
    return sql`s.user_name_key = ${filter.value.toLowerCase()}`;
  }
  return conditionOf(filter, COLUMNS);
};

/** @throws {ScimError} invalidFilter */
export async function findScimUsers(
  db: TenantDb,
  { filter, startIndex, count }: ListQuery,
): Promise<{ readonly total: number; readonly rows: readonly PlacedScimUser[] }> {
  const condition = conditionFor(filter);
  const [counted] = await db.$queryRaw<{ total: number }[]>`SELECT count(*)::int AS total FROM identity.scim_user s WHERE ${condition}`;
  const found = await db.$queryRaw<{ id: string }[]>`
    SELECT s.id FROM identity.scim_user s WHERE ${condition}
    ORDER BY s.created_at, s.id LIMIT ${count}::int OFFSET ${startIndex - 1}::int`;
  const ids = found.map(({ id }) => id);
  const rows = await db.scimUser.findMany({ where: { id: { in: ids } }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], include });
  return { total: counted?.total ?? 0, rows: await withPlaces(db, rows) };
}

/** @returns null when the person, or somebody of that name, is there already */
export async function insertScimUser(db: PlatformDb, row: Prisma.ScimUserCreateManyInput): Promise<ScimUserRow | null> {
  const rows = await db.scimUser.createManyAndReturn({ data: [row], skipDuplicates: true });
  return rows[0] ?? null;
}

export async function isNameTaken(db: TenantDb, userNameKey: string, exceptId: string): Promise<boolean> {
  return (await db.scimUser.count({ where: { userNameKey, id: { not: exceptId } } })) > 0;
}

export async function updateScimUser(db: TenantDb, id: string, changes: Prisma.ScimUserUpdateManyMutationInput): Promise<void> {
  await db.scimUser.updateMany({ where: { id }, data: { ...changes, version: { increment: 1 } } });
}

export async function deleteScimUser(db: TenantDb, id: string): Promise<void> {
  await db.scimUser.deleteMany({ where: { id } });
}
