import type { Outbox } from '../../_kernel/events/outbox.js';
import { handleJob, PATIENT, type JobHandler, type JobOutcome, type NextStep } from '../../_kernel/jobs/job.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { OpsEvents } from '../events.js';
import type { OpsJobs } from '../jobs.js';
import { webhookDisabled } from '../notification/notification.js';
import type { Notifier } from '../notification/notifier.js';
import { CallFailedError, type Outgoing, type OutgoingAnswer } from '../outgoing/outgoing.js';
import { ANSWER_WITHIN_MS, isGivenUp, messageName, signedHeaders, verdictOf, type Verdict } from './webhook.js';
import { TEST_EVENT_TYPE } from './webhook-catalogue.js';
import { findDelivery, insertAttempt, stepDelivery, type DeliveryStep, type WebhookDeliveryRow } from './webhook-delivery.store.js';
import { secretPurpose } from './webhook.service.js';
import { countFailure, disableWebhook, findSecrets, findWebhook, forgetFailures, type WebhookRow } from './webhook.store.js';

interface Call {
  readonly at: Date;
  readonly milliseconds: number;
  readonly answer: OutgoingAnswer | null;
  readonly verdict: Verdict & { readonly final?: boolean };
}

const OFF = 'The webhook is switched off';

const deliveryStep = (next: NextStep): DeliveryStep =>
  next.status === 'DEAD' ? { status: 'FAILED' } : { status: 'PENDING', nextAttemptAt: next.dueAt };

/** Tells one message to one address, and writes down what came of it. */
export function deliverWebhook(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<OpsEvents>;
  readonly secretBox: SecretBox;
  readonly outgoing: Outgoing;
  readonly notifier: Pick<Notifier, 'tellOwners'>;
}): JobHandler {
  const { tenants, outbox, secretBox, outgoing, notifier } = parts;

  const call = async (
    context: RequestContext,
    webhook: WebhookRow,
    delivery: WebhookDeliveryRow,
    signal: AbortSignal,
  ): Promise<Call> => {
    const at = context.clock.now();
    const begin = performance.now();
    const sealed = await findSecrets(tenants.of(context), webhook.id, at);
    const secrets = sealed.map((text) => secretBox.open(text, secretPurpose(context.tenant.id, webhook.id)));
    const { body } = delivery.message;
    const headers = {
      'content-type': 'application/json',
      ...signedHeaders({ id: messageName(delivery.messageId), at, body, secrets }),
    };
    const ended = () => Math.round(performance.now() - begin);
    try {
      const answer = await outgoing.post({ url: webhook.url, headers, body, timeoutMs: ANSWER_WITHIN_MS, signal });
      return { at, milliseconds: ended(), answer, verdict: verdictOf(answer.status) };
    } catch (error) {
      if (!(error instanceof CallFailedError)) throw error;
      const verdict = { is: 'REFUSED', failure: error.message, gone: false, final: error.final } as const;
      return { at, milliseconds: ended(), answer: null, verdict };
    }
  };

  const record = (db: TenantDb, delivery: WebhookDeliveryRow, made: Call): Promise<void> =>
    insertAttempt(db, {
      id: uuidv7(),
      deliveryId: delivery.id,
      at: made.at,
      statusCode: made.answer?.status ?? null,
      failure: made.verdict.is === 'TAKEN' ? null : made.verdict.failure,
      answer: made.answer?.text ?? null,
      milliseconds: made.milliseconds,
    });

  /** Switches an address off of which nothing but failures comes, and says so. */
  const countAgainst = async (context: RequestContext, db: TenantDb, webhook: WebhookRow, gone: boolean): Promise<void> => {
    const now = context.clock.now();
    const failing = await countFailure(db, webhook.id, now);
    if (!failing || !(gone || isGivenUp(failing, now)) || !(await disableWebhook(db, webhook.id))) return;
    await outbox.emit(db, context, 'ops.webhook_changed', { webhookId: webhook.id, change: 'DISABLED' });
    await notifier.tellOwners(context, db, webhookDisabled(webhook.url), now);
  };

  const outcomeOf = (context: RequestContext, webhook: WebhookRow, delivery: WebhookDeliveryRow, made: Call): JobOutcome => {
    const { verdict } = made;
    if (verdict.is === 'TAKEN') {
      return {
        is: 'DONE',
        async settle(db) {
          await record(db, delivery, made);
          await stepDelivery(db, delivery.id, { status: 'DELIVERED', deliveredAt: context.clock.now() }, 1);
          await forgetFailures(db, webhook.id);
        },
      };
    }
    const isTest = delivery.message.eventType === TEST_EVENT_TYPE;
    return {
      is: 'FAILED',
      failure: verdict.failure,
      // Somebody waits for what comes of a trial; and an address that is gone, or none, does not come back.
      final: isTest || verdict.gone || (verdict.final ?? false),
      async settle(db, next) {
        await record(db, delivery, made);
        await stepDelivery(db, delivery.id, deliveryStep(next), 1);
        if (!isTest) await countAgainst(context, db, webhook, verdict.gone);
      },
    };
  };

  return handleJob<OpsJobs>()('ops.deliver_webhook', {
    retry: PATIENT,
    async run(context, { payload }, signal) {
      const db = tenants.of(context);
      const delivery = await findDelivery(db, payload.deliveryId);
      const webhook = delivery && (await findWebhook(db, delivery.webhookId));
      // Removed in the meantime, with the address it was to go to.
      if (!delivery || !webhook || delivery.status !== 'PENDING') return { is: 'DONE' };
      if (webhook.status !== 'ACTIVE' && delivery.message.eventType !== TEST_EVENT_TYPE) {
        return {
          is: 'DONE',
          async settle(within) {
            const off = { is: 'REFUSED', failure: OFF, gone: false } as const;
            await record(within, delivery, { at: context.clock.now(), milliseconds: 0, answer: null, verdict: off });
            await stepDelivery(within, delivery.id, { status: 'FAILED' }, 0);
          },
        };
      }
      return outcomeOf(context, webhook, delivery, await call(context, webhook, delivery, signal));
    },
    abandoned: (_context, db, { payload }) => stepDelivery(db, payload.deliveryId, { status: 'FAILED' }, 0),
  });
}
