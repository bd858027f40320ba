import type { Prisma, WorkflowComment, WorkflowEntry, WorkflowRun } from '../../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { VersionRow } from '../definition/version.store.js';
import type { Person } from './engine.js';
import type { HistoryEntry } from './entry.js';

export type RunRow = WorkflowRun & { readonly version: VersionRow };
export type EntryRow = WorkflowEntry;
export type CommentRow = WorkflowComment;

const WITH_VERSION = { version: true } as const;

export const RUN_SORT: readonly SortKey[] = [
  { field: 'startedAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export const findRun = (db: TenantDb, id: string): Promise<RunRow | null> =>
  db.workflowRun.findFirst({ where: { id }, include: WITH_VERSION });

/** Holds it until the transaction ends. */
export async function lockRun(db: TenantDb, id: string): Promise<RunRow | null> {
  await db.$queryRaw`SELECT 1 FROM tenancy.workflow_run WHERE id = ${id}::uuid FOR UPDATE`;
  return findRun(db, id);
}

export interface RunFilter {
  readonly workflow?: string | undefined;
  readonly entityType?: string | undefined;
  readonly entityId?: string | undefined;
  readonly status?: WorkflowRun['status'] | undefined;
}

export function findRunsPage(db: TenantDb, filter: RunFilter, page: Page): Promise<RunRow[]> {
  const { where, ...rest } = keysetQuery(page, RUN_SORT);
  const { workflow, ...columns } = filter;
  const given = Object.entries({ key: workflow, ...columns }).filter(([, value]) => value !== undefined);
  return db.workflowRun.findMany({ where: { AND: [Object.fromEntries(given), where] }, include: WITH_VERSION, ...rest });
}

/** Tasks that are a person's to do. */
export const tasksOf = ({ id, roles }: Person): Prisma.WorkflowRunWhereInput => ({
  isTask: true,
  OR: [{ assigneeId: id }, { assigneeId: null, roles: { hasSome: [...roles] } }],
});

export function findTasksPage(db: TenantDb, person: Person, page: Page): Promise<RunRow[]> {
  const { where, ...rest } = keysetQuery(page, RUN_SORT);
  return db.workflowRun.findMany({ where: { AND: [tasksOf(person), where] }, include: WITH_VERSION, ...rest });
}

/** @returns false when the same workflow is at work on the same already */
export async function insertRun(db: TenantDb, run: Omit<Prisma.WorkflowRunCreateManyInput, 'tenantId'>): Promise<boolean> {
  const { count } = await db.workflowRun.createMany({ data: [run], skipDuplicates: true });
  return count > 0;
}

/** Changes a run if nobody else has since. @returns whether it did */
export async function writeRun(
  db: TenantDb,
  id: string,
  seenRevision: number,
  data: Omit<Prisma.WorkflowRunUncheckedUpdateManyInput, 'tenantId' | 'id'>,
): Promise<boolean> {
  const { count } = await db.workflowRun.updateMany({ where: { id, revision: seenRevision }, data });
  return count > 0;
}

export async function insertEntries(db: TenantDb, runId: string, entries: readonly HistoryEntry[]): Promise<void> {
  await db.workflowEntry.createMany({
    data: entries.map((entry) => ({
      runId,
      sequence: entry.sequence,
      kind: entry.kind,
      body: entry as unknown as Prisma.InputJsonValue,
      at: new Date(entry.at),
    })),
  });
}

export const findEntries = (db: TenantDb, runId: string): Promise<EntryRow[]> =>
  db.workflowEntry.findMany({ where: { runId }, orderBy: { sequence: 'asc' } });

export const insertComment = (db: TenantDb, comment: Omit<Prisma.WorkflowCommentUncheckedCreateInput, 'tenantId'>): Promise<CommentRow> =>
  db.workflowComment.create({ data: comment });

export const findComments = (db: TenantDb, runId: string): Promise<CommentRow[]> =>
  db.workflowComment.findMany({ where: { runId }, orderBy: { id: 'asc' } });

/** Ids of the runs that are at work on something. */
export async function findRunsAtWorkOn(db: TenantDb, entityType: string, entityId: string): Promise<readonly string[]> {
  const where = { entityType, entityId, status: 'RUNNING' } as const;
  const rows = await db.workflowRun.findMany({ where, orderBy: { id: 'asc' }, select: { id: true } });
  return rows.map(({ id }) => id);
}

/** The companies in which runs on something are at work; at most a thousand. */
export async function findTenantsAtWorkOn(db: PlatformDb, entityType: string, entityId: string): Promise<readonly string[]> {
  const where = { entityType, entityId, status: 'RUNNING' } as const;
  const rows = await db.workflowRun.findMany({ where, distinct: ['tenantId'], take: 1_000, select: { tenantId: true } });
  return rows.map(({ tenantId }) => tenantId);
}

/** The newest run of a workflow on something. */
export const findNewestRunOn = (db: TenantDb, key: string, entityType: string, entityId: string): Promise<RunRow | null> =>
  db.workflowRun.findFirst({ where: { key, entityType, entityId }, include: WITH_VERSION, orderBy: { id: 'desc' } });

/** Runs of a workflow that are at work in another version than one. */
export const findRunningOf = (db: TenantDb, key: string, exceptVersionId: string, limit: number): Promise<RunRow[]> =>
  db.workflowRun.findMany({
    where: { key, status: 'RUNNING', versionId: { not: exceptVersionId } },
    include: WITH_VERSION,
    orderBy: { id: 'asc' },
    take: limit,
  });

/** Runs of every tenant that time moves on, longest overdue first. */
export const findDueRuns = (db: PlatformDb, now: Date, limit: number): Promise<{ tenantId: string; id: string }[]> =>
  db.workflowRun.findMany({
    where: { wakeAt: { lte: now } },
    orderBy: [{ wakeAt: 'asc' }, { id: 'asc' }],
    take: limit,
    select: { tenantId: true, id: true },
  });
