import type { StoredEvent } from '../../_kernel/events/event.js';
import type { Reaction } from '../../_kernel/events/reaction.js';
import { CATALOGUE, type MessageData } from '../webhook/webhook-catalogue.js';
import type { WebhookDeliveryService } from '../webhook/webhook-delivery.service.js';

/** One reaction for each event that companies' own addresses can be told of. */
export const deliverWebhooks = (deliveries: WebhookDeliveryService): readonly Reaction[] =>
  Object.entries(CATALOGUE).map(([on, { type, data }]) => ({
    on,
    name: `deliverWebhooksOf:${on}`,
    handle: (context, db, event: StoredEvent) =>
      // The catalogue gives each type the function of its own payload; here only the name is known.
      deliveries.takeIn(context, db, event, type, (data as (payload: unknown) => MessageData)(event.payload)),
  }));
