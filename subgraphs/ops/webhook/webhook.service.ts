import { ConflictError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import { newSigningSecret } from '../../_kernel/secrets/signing-secret.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { OpsEvents } from '../events.js';
import type { Outgoing } from '../outgoing/outgoing.js';
import { changeSchema, MOST_WEBHOOKS, overlapSchema, registrationSchema } from './webhook.js';
import {
  countWebhooks,
  deleteWebhook,
  findWebhook,
  findWebhooks,
  insertSecret,
  insertWebhook,
  lockWebhooks,
  retireSecrets,
  updateWebhook,
  type WebhookRow,
} from './webhook.store.js';

const HOUR_MS = 3_600_000;

/** A webhook with a secret that was made just now, and is never told again. */
export interface WebhookWithSecret {
  readonly webhook: WebhookRow;
  readonly secret: string;
}

/** Addresses of a company that are called when something happens in it. */
export interface WebhookService {
  /** @throws {ForbiddenError} without `settings:read` */
  list(context: RequestContext): Promise<readonly WebhookRow[]>;
  /** Null for one that is unknown or another's. @throws {ForbiddenError} without `settings:read` */
  find(context: RequestContext, id: string): Promise<WebhookRow | null>;
  /**
   * @throws {ForbiddenError} without `settings:update` @throws {StepUpRequiredError} @throws {ValidationError}
   * @throws {ConflictError} when the company has 20 already
   */
  register(context: RequestContext, input: unknown): Promise<WebhookWithSecret>;
  /**
   * Changes what is given. One that is active again begins without failures.
   * @throws {ForbiddenError} without `settings:update` @throws {ValidationError} @throws {NotFoundError}
   * @throws {StepUpRequiredError} for another address @throws {ConflictError} for another address of the integration's
   */
  change(context: RequestContext, id: string, input: unknown): Promise<WebhookRow>;
  /**
   * Makes a new secret; the one before signs, too, for so many hours.
   * @throws {ForbiddenError} without `settings:update` @throws {StepUpRequiredError} @throws {NotFoundError} @throws {ValidationError}
   * @throws {ConflictError} for the integration's
   */
  rotateSecret(context: RequestContext, id: string, overlapHours: number | null | undefined): Promise<WebhookWithSecret>;
  /**
   * Forgets an address with all that was delivered to it.
   * @throws {ForbiddenError} without `settings:update` @throws {NotFoundError} @throws {ConflictError} for the integration's
   */
  remove(context: RequestContext, id: string): Promise<WebhookRow>;
}

/** Sealed for one webhook of one company, so that it opens nothing when it is put somewhere else. */
export const secretPurpose = (tenantId: string, webhookId: string): string => `ops.webhook-secret:${tenantId}:${webhookId}`;

export function createWebhookService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<OpsEvents>;
  readonly secretBox: SecretBox;
  readonly outgoing: Pick<Outgoing, 'problemWith'>;
}): WebhookService {
  const { tenants, outbox, secretBox, outgoing } = parts;

  const requireCallable = (url: string): void => {
    const problem = outgoing.problemWith(url);
    if (problem !== null) throw ValidationError.of('url', problem);
  };
  const required = async (db: TenantDb, id: string): Promise<WebhookRow> => {
    const row = await findWebhook(db, id);
    if (!row) throw new NotFoundError('Webhook');
    return row;
  };
  const requireOwn = async (db: TenantDb, id: string): Promise<WebhookRow> => {
    const row = await required(db, id);
    if (row.fromIntegration) throw new ConflictError('This webhook belongs to the integration, and is changed and disabled there');
    return row;
  };
  const giveSecret = async (context: RequestContext, db: TenantDb, webhookId: string): Promise<string> => {
    const secret = newSigningSecret();
    const sealed = secretBox.seal(secret, secretPurpose(context.tenant.id, webhookId));
    await insertSecret(db, { id: uuidv7(), webhookId, sealed, createdAt: context.clock.now() });
    return secret;
  };

  return {
    async list(context) {
      requirePermission(context, 'settings:read');
      return findWebhooks(tenants.of(context));
    },
    async find(context, id) {
      requirePermission(context, 'settings:read');
      return findWebhook(tenants.of(context), id);
    },
    async register(context, input) {
      requirePermission(context, 'settings:update');
      requireFreshProof(context);
      const { url, eventTypes, description } = validate(registrationSchema, input);
      requireCallable(url);
      return tenants.transaction(context, async (db) => {
        await lockWebhooks(db);
        if ((await countWebhooks(db)) >= MOST_WEBHOOKS) throw new ConflictError(`There are ${MOST_WEBHOOKS} webhooks already`);
        const id = uuidv7();
        await insertWebhook(db, { id, url, eventTypes, description, createdAt: context.clock.now() });
        const secret = await giveSecret(context, db, id);
        await outbox.emit(db, context, 'ops.webhook_changed', { webhookId: id, change: 'REGISTERED' });
        return { webhook: await required(db, id), secret };
      });
    },
    async change(context, id, input) {
      requirePermission(context, 'settings:update');
      const { url, eventTypes, description, isActive } = validate(changeSchema, input);
      if (url != null) {
        requireFreshProof(context);
        requireCallable(url);
      }
      return tenants.transaction(context, async (db) => {
        await (url == null ? required(db, id) : requireOwn(db, id));
        await updateWebhook(db, id, {
          ...(url == null ? {} : { url }),
          ...(eventTypes == null ? {} : { eventTypes }),
          ...(description == null ? {} : { description }),
          ...(isActive == null ? {} : isActive ? { status: 'ACTIVE', failures: 0, failingSince: null } : { status: 'PAUSED' }),
        });
        await outbox.emit(db, context, 'ops.webhook_changed', { webhookId: id, change: 'CHANGED' });
        return required(db, id);
      });
    },
    async rotateSecret(context, id, overlapHours) {
      requirePermission(context, 'settings:update');
      requireFreshProof(context);
      const { overlapHours: hours } = validate(overlapSchema, { overlapHours });
      return tenants.transaction(context, async (db) => {
        await lockWebhooks(db);
        const webhook = await requireOwn(db, id);
        await retireSecrets(db, id, new Date(context.clock.now().getTime() + hours * HOUR_MS));
        const secret = await giveSecret(context, db, id);
        await outbox.emit(db, context, 'ops.webhook_changed', { webhookId: id, change: 'SECRET_ROTATED' });
        return { webhook, secret };
      });
    },
    async remove(context, id) {
      requirePermission(context, 'settings:update');
      return tenants.transaction(context, async (db) => {
        const webhook = await requireOwn(db, id);
        if (!(await deleteWebhook(db, id))) throw new NotFoundError('Webhook');
        await outbox.emit(db, context, 'ops.webhook_changed', { webhookId: id, change: 'REMOVED' });
        return webhook;
      });
    },
  };
}
