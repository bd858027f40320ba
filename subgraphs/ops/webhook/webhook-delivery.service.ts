import { ConflictError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { StoredEvent } from '../../_kernel/events/event.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { JobPriority } from '../../_kernel/jobs/job.js';
import type { JobQueue } from '../../_kernel/jobs/job-queue.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { Database, PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { OpsJobs } from '../jobs.js';
import { contextInsideOf, dbWithin, MANAGE_DELIVERIES, READ_AUDIT, requireReach, type FindTenant } from '../reach.js';
import type { WebhookAttemptLoader } from './webhook-attempt.loader.js';
import { TEST_EVENT_TYPE, type MessageData } from './webhook-catalogue.js';
import {
  beginAnew,
  DELIVERY_SORT,
  findDelivery,
  findDeliveryPage,
  findReplayable,
  insertDeliveries,
  insertMessage,
  type DeliveryFilter,
  type ReplayRange,
  type WebhookAttemptRow,
  type WebhookDeliveryRow,
} from './webhook-delivery.store.js';
import { findListeners, findWebhook } from './webhook.store.js';

const MOST_REPLAYED = 1_000;

/** What is told to companies' own addresses, and what became of it. */
export interface WebhookDeliveryService {
  /** Has an event told to every address that wants to know of it, in the caller's transaction; once for an event. */
  takeIn(context: RequestContext, db: TenantDb, event: StoredEvent, type: string, data: MessageData): Promise<void>;
  /**
   * Newest first: the tenant's, and for platform staff every tenant's.
   * @throws {ForbiddenError}
   * @throws {NotFoundError} for a webhook that is unknown or another's
   */
  list(context: RequestContext, args: PageArgs, filter: DeliveryFilter): Promise<Connection<WebhookDeliveryRow>>;
  /** Every call that was made of a delivery that the caller has been given, in order. */
  attempts(context: RequestContext, deliveryId: string): Promise<readonly WebhookAttemptRow[]>;
  /**
   * Sends a message to try an address out, also one that is paused or disabled.
   * @throws {ForbiddenError} without `settings:update` @throws {NotFoundError}
   */
  test(context: RequestContext, webhookId: string): Promise<WebhookDeliveryRow>;
  /**
   * Delivers a message once more, under the id it had.
   * @throws {ForbiddenError} @throws {NotFoundError}
   * @throws {ConflictError} while it is on its way
   */
  redeliver(context: RequestContext, deliveryId: string): Promise<WebhookDeliveryRow>;
  /**
   * Delivers what was made in a time once more, oldest first, at most 1,000.
   * @returns how many
   * @throws {ForbiddenError} without `settings:update` @throws {NotFoundError} @throws {ValidationError}
   */
  redeliverRange(context: RequestContext, webhookId: string, range: ReplayRange): Promise<number>;
}

export function createWebhookDeliveryService(parts: {
  readonly database: Database;
  readonly queue: JobQueue<OpsJobs>;
  readonly attempts: WebhookAttemptLoader;
  readonly findTenant: FindTenant;
}): WebhookDeliveryService {
  const { database, queue, attempts, findTenant } = parts;
  const { tenants } = database;
  const enqueue = async (
    context: RequestContext,
    db: TenantDb,
    deliveries: readonly { readonly id: string; readonly round: number }[],
    priority: JobPriority,
  ): Promise<void> => {
    for (const { id, round } of deliveries) {
      await queue.enqueue(db, context, 'ops.deliver_webhook', { deliveryId: id }, { key: `${id}:${round}`, priority });
    }
  };

  const required = async (db: TenantDb, id: string): Promise<WebhookDeliveryRow> => {
    const row = await findDelivery(db, id);
    if (!row) throw new NotFoundError('Webhook delivery');
    return row;
  };
  const requireWebhook = async (db: TenantDb | PlatformDb, id: string): Promise<void> => {
    if (!(await findWebhook(db, id))) throw new NotFoundError('Webhook');
  };

  const send = async (
    context: RequestContext,
    db: TenantDb,
    message: { readonly id: string; readonly type: string; readonly at: Date; readonly data: MessageData },
    webhookIds: readonly string[],
    priority: JobPriority,
  ): Promise<readonly string[]> => {
    const { id, type, at, data } = message;
    const createdAt = context.clock.now();
    const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
    await insertMessage(db, { id, eventType: type, body, createdAt });
    const rows = webhookIds.map((webhookId) => ({ id: uuidv7(), webhookId, messageId: id, createdAt }));
    const made = await insertDeliveries(db, rows);
    await enqueue(context, db, made, priority);
    return made.map((delivery) => delivery.id);
  };

  return {
    async takeIn(context, db, event, type, data) {
      const webhookIds = await findListeners(db, type);
      if (webhookIds.length === 0) return;
      await send(context, db, { id: event.id, type, at: event.occurredAt, data }, webhookIds, 'NORMAL');
    },
    async list(context, args, filter) {
      const db = dbWithin(requireReach(context, READ_AUDIT), context, database);
      if (filter.webhookId !== undefined) await requireWebhook(db, filter.webhookId);
      const page = pageOf(args, DELIVERY_SORT);
      const rows = await findDeliveryPage(db, page, filter);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },
    attempts: (context, deliveryId) => context.loaders.of(context, attempts).load(deliveryId),
    async test(context, webhookId) {
      requirePermission(context, 'settings:update');
      return tenants.transaction(context, async (db) => {
        await requireWebhook(db, webhookId);
        const message = { id: uuidv7(), type: TEST_EVENT_TYPE, at: context.clock.now(), data: { company: context.tenant.slug } };
        const [id = ''] = await send(context, db, message, [webhookId], 'HIGH');
        return required(db, id);
      });
    },
    async redeliver(context, deliveryId) {
      const find = (db: TenantDb | PlatformDb) => findDelivery(db, deliveryId);
      const { within } = await contextInsideOf(context, MANAGE_DELIVERIES, { what: 'Webhook delivery', find, database, findTenant });
      return tenants.transaction(within, async (db) => {
        const begun = await beginAnew(db, [deliveryId], within.clock.now());
        if (begun.length === 0) throw new ConflictError('This delivery is still on its way');
        await enqueue(within, db, begun, 'HIGH');
        return required(db, deliveryId);
      });
    },
    async redeliverRange(context, webhookId, range) {
      requirePermission(context, 'settings:update');
      if (range.from >= range.to) throw ValidationError.of('to', 'must be after from');
      return tenants.transaction(context, async (db) => {
        await requireWebhook(db, webhookId);
        const ids = await findReplayable(db, webhookId, range, MOST_REPLAYED);
        const begun = await beginAnew(db, ids, context.clock.now());
        await enqueue(context, db, begun, 'LOW');
        return begun.length;
      });
    },
  };
}
