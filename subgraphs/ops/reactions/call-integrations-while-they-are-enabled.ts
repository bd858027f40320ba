import { z } from 'zod';
import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { integrationAddressPurpose, type IntegrationAddress } from '../../_kernel/wire/integration-address.js';
import type { TenancyEvents } from '../../tenancy/events.js';
import { alertPurpose } from '../notification/alert/alert-channel.js';
import { deleteIntegrationChannel, insertAlertChannel } from '../notification/alert/alert-channel.store.js';
import { secretPurpose } from '../webhook/webhook.service.js';
import { findIntegrationWebhook, insertSecret, insertWebhook, lockWebhooks, retireSecrets, updateWebhook } from '../webhook/webhook.store.js';

const addressSchema: z.ZodType<IntegrationAddress> = z.object({ url: z.string(), signingSecret: z.string().optional() });

const NAMES = { webhook: 'Integration CUSTOM_WEBHOOK', slack: 'Integration SLACK_NOTIFICATION' } as const;

/** What a company has enabled is told through the same doors as what it registers itself, with the same retries. */
export function callIntegrationsWhileTheyAreEnabled(secretBox: SecretBox): Reaction {
  const callWebhook = async (context: RequestContext, db: TenantDb, { url, signingSecret }: IntegrationAddress): Promise<void> => {
    if (signingSecret === undefined) throw new Error('A custom webhook is called with a signature');
    await lockWebhooks(db);
    const now = context.clock.now();
    const kept = await findIntegrationWebhook(db);
    const id = kept?.id ?? uuidv7();
    if (kept) {
      await updateWebhook(db, id, { url, status: 'ACTIVE', failures: 0, failingSince: null });
      await retireSecrets(db, id, now);
    } else {
      await insertWebhook(db, { id, url, description: NAMES.webhook, eventTypes: [], fromIntegration: true, createdAt: now });
    }
    const sealed = secretBox.seal(signingSecret, secretPurpose(context.tenant.id, id));
    await insertSecret(db, { id: uuidv7(), webhookId: id, sealed, createdAt: now });
  };

  const tellSlack = async (context: RequestContext, db: TenantDb, { url }: IntegrationAddress): Promise<void> => {
    const id = uuidv7();
    const sealed = secretBox.seal(url, alertPurpose(context.tenant.id, id));
    await deleteIntegrationChannel(db);
    await insertAlertChannel(db, { id, channel: 'SLACK', name: NAMES.slack, sealed, fromIntegration: true, createdAt: context.clock.now() });
  };

  const pauseWebhook = async (db: TenantDb): Promise<void> => {
    const kept = await findIntegrationWebhook(db);
    if (kept) await updateWebhook(db, kept.id, { status: 'PAUSED' });
  };

  return reactTo<TenancyEvents>()(
    'tenancy.integration_changed',
    'callIntegrationsWhileTheyAreEnabled',
    async (context, db, { payload: { type, change, sealedAddress } }) => {
      if ((change === 'ENABLED' || change === 'TOLD_OF') && sealedAddress !== undefined) {
        const text = secretBox.open(sealedAddress, integrationAddressPurpose(context.tenant.id));
        const address = addressSchema.parse(JSON.parse(text));
        if (type === 'CUSTOM_WEBHOOK') await callWebhook(context, db, address);
        if (type === 'SLACK_NOTIFICATION') await tellSlack(context, db, address);
      }
      if (change === 'DISABLED' && type === 'CUSTOM_WEBHOOK') await pauseWebhook(db);
      if (change === 'DISABLED' && type === 'SLACK_NOTIFICATION') await deleteIntegrationChannel(db);
    },
  );
}
