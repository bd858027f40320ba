import type { PersonalDataAnswer, PersonalDataRequest, Prisma } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { ErasedSection } from '../../_kernel/personal-data/personal-data.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';

export type PersonalDataRequestRow = PersonalDataRequest;
export type PersonalDataAnswerRow = PersonalDataAnswer;

/** Newest first. */
export const PERSONAL_DATA_SORT: readonly SortKey[] = [
  { field: 'requestedAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export type NewPersonalDataRequest = Pick<
  PersonalDataRequestRow,
  'id' | 'kind' | 'status' | 'userId' | 'clientId' | 'requestedBy' | 'sealedSubject' | 'requestedAt' | 'performAt'
> & { readonly tenant: TenantIdentity; readonly refusal?: string };

/** @returns null when one of the kind is under way for the person */
export async function insertRequest(
  db: TenantDb,
  { tenant, ...row }: NewPersonalDataRequest,
): Promise<PersonalDataRequestRow | null> {
  const [created] = await db.personalDataRequest.createManyAndReturn({
    data: [{ ...row, tenant: tenant as unknown as Prisma.InputJsonValue }],
    skipDuplicates: true,
  });
  return created ?? null;
}

export const findRequest = (db: TenantDb, id: string): Promise<PersonalDataRequestRow | null> =>
  db.personalDataRequest.findFirst({ where: { id } });

export async function lockRequest(db: TenantDb, id: string): Promise<PersonalDataRequestRow | null> {
  await db.$queryRaw`SELECT 1 FROM identity.personal_data_request WHERE id = ${id}::uuid FOR UPDATE`;
  return findRequest(db, id);
}

export async function updateRequest(
  db: TenantDb,
  id: string,
  changes: Partial<Omit<PersonalDataRequestRow, 'tenantId' | 'id' | 'tenant'>>,
): Promise<PersonalDataRequestRow> {
  const [row] = await db.personalDataRequest.updateManyAndReturn({ where: { id }, data: changes });
  if (!row) throw new Error(`Request ${id} went while it was locked`);
  return row;
}

/** A page of somebody's own requests, or of everybody's when no user is named. */
export function findRequestsPage(db: TenantDb, page: Page, userId?: string): Promise<PersonalDataRequestRow[]> {
  const { where, ...rest } = keysetQuery(page, PERSONAL_DATA_SORT);
  const own = userId === undefined ? {} : { userId, requestedBy: userId };
  return db.personalDataRequest.findMany({ where: { AND: [own, where] }, ...rest });
}

/** Uses a link up. @returns null for one that is unknown, used or over */
export async function takeDownload(db: TenantDb, downloadHash: string, now: Date): Promise<PersonalDataRequestRow | null> {
  const [row] = await db.personalDataRequest.updateManyAndReturn({
    where: { downloadHash, downloadUntil: { gt: now }, status: 'READY', expiresAt: { gt: now } },
    data: { downloadHash: null, downloadUntil: null },
  });
  return row ?? null;
}

export const findAnswers = (db: TenantDb | PlatformDb, requestIds: readonly string[]): Promise<PersonalDataAnswerRow[]> =>
  db.personalDataAnswer.findMany({ where: { requestId: { in: [...requestIds] } } });

/** Keeps the first answer of a subgraph; another one is the same again. */
export async function insertAnswer(
  db: TenantDb,
  { erased, ...answer }: {
    readonly requestId: string;
    readonly subgraph: string;
    readonly sealedAnswer: string | null;
    readonly erased: readonly ErasedSection[] | null;
    readonly answeredAt: Date;
  },
): Promise<void> {
  const told = erased === null ? {} : { erased: erased as unknown as Prisma.InputJsonValue };
  await db.personalDataAnswer.createMany({ data: [{ ...answer, ...told }], skipDuplicates: true });
}

/** Forgets what was gathered for a request. */
export async function dropArchive(db: TenantDb, requestId: string): Promise<void> {
  await db.personalDataAnswer.updateMany({ where: { requestId }, data: { sealedAnswer: null } });
}

/** Requests of whatever tenant with which something is to be done, the longest waiting first. */
export const findDueRequests = (
  db: PlatformDb,
  { now, askedBefore, atOnce }: { readonly now: Date; readonly askedBefore: Date; readonly atOnce: number },
): Promise<PersonalDataRequestRow[]> =>
  db.personalDataRequest.findMany({
    where: {
      OR: [
        { status: 'WAITING', performAt: { lte: now } },
        { status: 'AT_WORK', kind: 'ERASURE' },
        { status: 'AT_WORK', askedAt: { lte: askedBefore } },
        { status: 'READY', expiresAt: { lte: now } },
      ],
    },
    orderBy: [{ performAt: 'asc' }, { id: 'asc' }],
    take: atOnce,
  });
