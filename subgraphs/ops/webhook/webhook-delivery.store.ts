import type { Prisma, WebhookAttempt } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { WebhookDeliveryStatus } from './webhook.js';

const WITH_MESSAGE = { message: { select: { eventType: true, body: true } }, webhook: { select: { url: true } } } as const;

export type WebhookDeliveryRow = Prisma.WebhookDeliveryGetPayload<{ include: typeof WITH_MESSAGE }>;
export type WebhookAttemptRow = WebhookAttempt;

/** Newest first. */
export const DELIVERY_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface DeliveryFilter {
  readonly webhookId?: string | undefined;
  readonly status?: WebhookDeliveryStatus | undefined;
  readonly eventType?: string | undefined;
}

export function findDeliveryPage(db: TenantDb | PlatformDb, page: Page, filter: DeliveryFilter): Promise<WebhookDeliveryRow[]> {
  const { where, ...rest } = keysetQuery(page, DELIVERY_SORT);
  const wanted = {
    ...(filter.webhookId === undefined ? {} : { webhookId: filter.webhookId }),
    ...(filter.status === undefined ? {} : { status: filter.status }),
    ...(filter.eventType === undefined ? {} : { message: { eventType: filter.eventType } }),
  };
  return db.webhookDelivery.findMany({ where: { AND: [wanted, where] }, ...rest, include: WITH_MESSAGE });
}

export const findDelivery = (db: TenantDb | PlatformDb, id: string): Promise<WebhookDeliveryRow | null> =>
  db.webhookDelivery.findFirst({ where: { id }, include: WITH_MESSAGE });

/** In the order of their attempts. */
export const findAttempts = (db: TenantDb | PlatformDb, deliveryIds: readonly string[]): Promise<WebhookAttemptRow[]> =>
  db.webhookAttempt.findMany({ where: { deliveryId: { in: [...deliveryIds] } }, orderBy: [{ at: 'asc' }, { id: 'asc' }] });

export interface NewMessage {
  readonly id: string;
  readonly eventType: string;
  readonly body: string;
  readonly createdAt: Date;
}

/** A message of an event that has one already stays as it is. */
export async function insertMessage(db: TenantDb, message: NewMessage): Promise<void> {
  await db.webhookMessage.createMany({ data: [message], skipDuplicates: true });
}

/** @returns those that are new */
export const insertDeliveries = (
  db: TenantDb,
  rows: readonly { readonly id: string; readonly webhookId: string; readonly messageId: string; readonly createdAt: Date }[],
): Promise<{ readonly id: string; readonly round: number }[]> =>
  db.webhookDelivery.createManyAndReturn({
    data: rows.map((row) => ({ ...row, nextAttemptAt: row.createdAt })),
    skipDuplicates: true,
    select: { id: true, round: true },
  });

export interface ReplayRange {
  readonly from: Date;
  readonly to: Date;
  readonly failedOnly: boolean;
}

/** Ids of deliveries of the range that are at an end, oldest first. */
export async function findReplayable(db: TenantDb, webhookId: string, range: ReplayRange, most: number): Promise<readonly string[]> {
  const rows = await db.webhookDelivery.findMany({
    where: {
      webhookId,
      createdAt: { gte: range.from, lt: range.to },
      status: { in: range.failedOnly ? ['FAILED'] : ['FAILED', 'DELIVERED'] },
    },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: most,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** Begins deliveries anew that are at an end. */
export const beginAnew = (db: TenantDb, ids: readonly string[], at: Date): Promise<{ readonly id: string; readonly round: number }[]> =>
  db.webhookDelivery.updateManyAndReturn({
    where: { id: { in: [...ids] }, status: { not: 'PENDING' } },
    data: { status: 'PENDING', round: { increment: 1 }, nextAttemptAt: at, deliveredAt: null },
    select: { id: true, round: true },
  });

export async function insertAttempt(db: TenantDb, attempt: Omit<WebhookAttemptRow, 'tenantId'>): Promise<void> {
  await db.webhookAttempt.create({ data: attempt, select: { id: true } });
}

export type DeliveryStep =
  | { readonly status: 'DELIVERED'; readonly deliveredAt: Date }
  | { readonly status: 'FAILED' }
  | { readonly status: 'PENDING'; readonly nextAttemptAt: Date };

/** @param attempts how many more there have been */
export async function stepDelivery(db: TenantDb, id: string, step: DeliveryStep, attempts: number): Promise<void> {
  await db.webhookDelivery.updateMany({
    where: { id },
    data: { nextAttemptAt: null, ...step, attempts: { increment: attempts } },
  });
}

/** Forgets messages with all that came of them. @returns how many */
export async function deleteMessagesBefore(db: PlatformDb, before: Date, most: number): Promise<number> {
  return db.$executeRaw`
    DELETE FROM ops.webhook_message WHERE (tenant_id, id) IN (
      SELECT tenant_id, id FROM ops.webhook_message WHERE created_at < ${before} LIMIT ${most})`;
}
