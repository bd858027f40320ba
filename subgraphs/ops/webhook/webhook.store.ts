import type { Webhook } from '../../../prisma/generated/client.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { WebhookStatus } from './webhook.js';

export type WebhookRow = Webhook;

export const findWebhooks = (db: TenantDb): Promise<WebhookRow[]> => db.webhook.findMany({ orderBy: { id: 'asc' } });

export const findWebhook = (db: TenantDb | PlatformDb, id: string): Promise<WebhookRow | null> => db.webhook.findFirst({ where: { id } });

/** Takes the lock under which webhooks of the company are counted and changed, until the transaction ends. */
export async function lockWebhooks(db: TenantDb): Promise<void> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('ops.webhook:' || kernel.current_tenant_id(), 0))`;
}

/** Those that the company has registered itself. */
export const countWebhooks = (db: TenantDb): Promise<number> => db.webhook.count({ where: { fromIntegration: false } });

/** The one that the company's integration keeps. */
export const findIntegrationWebhook = (db: TenantDb): Promise<WebhookRow | null> =>
  db.webhook.findFirst({ where: { fromIntegration: true } });

export async function insertWebhook(
  db: TenantDb,
  row: Pick<WebhookRow, 'id' | 'url' | 'description' | 'eventTypes' | 'createdAt'> & Partial<Pick<WebhookRow, 'fromIntegration'>>,
): Promise<void> {
  await db.webhook.create({ data: row, select: { id: true } });
}

export async function updateWebhook(
  db: TenantDb,
  id: string,
  data: Partial<Pick<WebhookRow, 'url' | 'description' | 'eventTypes' | 'status' | 'failures' | 'failingSince'>>,
): Promise<void> {
  await db.webhook.updateMany({ where: { id }, data });
}

/** @returns false when it is not there */
export async function deleteWebhook(db: TenantDb, id: string): Promise<boolean> {
  const { count } = await db.webhook.deleteMany({ where: { id } });
  return count > 0;
}

/** Ids of the active ones that want to be told of events of a type. */
export async function findListeners(db: TenantDb, eventType: string): Promise<readonly string[]> {
  const where = { status: 'ACTIVE' as const, OR: [{ eventTypes: { isEmpty: true } }, { eventTypes: { has: eventType } }] };
  const rows = await db.webhook.findMany({ where, select: { id: true } });
  return rows.map(({ id }) => id);
}

export interface Failing {
  readonly status: WebhookStatus;
  readonly failures: number;
  readonly since: Date;
}

/** Counts a failed call; null when the webhook is gone. */
export async function countFailure(db: TenantDb, id: string, at: Date): Promise<Failing | null> {
  const rows = await db.$queryRaw<Failing[]>`
    UPDATE ops.webhook SET failures = failures + 1, failing_since = COALESCE(failing_since, ${at})
    WHERE id = ${id}::uuid RETURNING status::text, failures, failing_since AS since`;
  return rows[0] ?? null;
}

export async function forgetFailures(db: TenantDb, id: string): Promise<void> {
  await db.webhook.updateMany({ where: { id, failures: { gt: 0 } }, data: { failures: 0, failingSince: null } });
}

/** @returns false when it was not active */
export async function disableWebhook(db: TenantDb, id: string): Promise<boolean> {
  const { count } = await db.webhook.updateMany({ where: { id, status: 'ACTIVE' }, data: { status: 'DISABLED' } });
  return count > 0;
}

export async function insertSecret(
  db: TenantDb,
  row: { readonly id: string; readonly webhookId: string; readonly sealed: string; readonly createdAt: Date },
): Promise<void> {
  await db.webhookSecret.create({ data: row, select: { id: true } });
}

/** Lets the newest secret go at a time, and whatever went before it at once. */
export async function retireSecrets(db: TenantDb, webhookId: string, expiresAt: Date): Promise<void> {
  await db.webhookSecret.deleteMany({ where: { webhookId, expiresAt: { not: null } } });
  await db.webhookSecret.updateMany({ where: { webhookId }, data: { expiresAt } });
}

/** Those that count, newest first, sealed. */
export async function findSecrets(db: TenantDb, webhookId: string, now: Date): Promise<readonly string[]> {
  const where = { webhookId, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
  const rows = await db.webhookSecret.findMany({ where, orderBy: { id: 'desc' }, select: { sealed: true } });
  return rows.map(({ sealed }) => sealed);
}
