import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { ClientApplication, ClientVersion } from '../../../prisma/generated/client.js';

export type ClientApplicationRow = ClientApplication;
export type ClientVersionRow = ClientVersion;

export const CLIENT_SORT: readonly SortKey[] = [
  { field: 'name', order: 'asc' },
  { field: 'id', order: 'asc', type: 'uuid' },
];

export const VERSION_SORT: readonly SortKey[] = [
  { field: 'publishedAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export const findClientByName = (db: TenantDb, name: string): Promise<ClientApplicationRow | null> =>
  db.clientApplication.findFirst({ where: { name } });

export const findClientsByIds = (db: TenantDb, ids: readonly string[]): Promise<ClientApplicationRow[]> =>
  db.clientApplication.findMany({ where: { id: { in: [...ids] } } });

export const findClientsPage = (db: TenantDb, page: Page): Promise<ClientApplicationRow[]> =>
  db.clientApplication.findMany(keysetQuery(page, CLIENT_SORT));

/** The client of that name; it is made when there is none yet. */
export async function ensureClient(db: TenantDb, name: string, createdAt: Date): Promise<ClientApplicationRow> {
  const [made] = await db.clientApplication.createManyAndReturn({
    data: [{ id: uuidv7(), name, createdAt }],
    skipDuplicates: true,
  });
  return made ?? db.clientApplication.findFirstOrThrow({ where: { name } });
}

/** Does nothing when the version was published before. */
export async function insertVersion(
  db: TenantDb,
  version: { readonly clientId: string; readonly version: string; readonly publishedBy: string | null; readonly publishedAt: Date },
): Promise<void> {
  await db.clientVersion.createMany({ data: [{ id: uuidv7(), ...version }], skipDuplicates: true });
}

export function findVersionsPage(db: TenantDb, clientId: string, page: Page): Promise<ClientVersionRow[]> {
  const { where, ...rest } = keysetQuery(page, VERSION_SORT);
  return db.clientVersion.findMany({ where: { AND: [{ clientId }, where] }, ...rest });
}
