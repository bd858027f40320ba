import type Stripe from 'stripe';
import { resourceMissing } from './api-error.js';
import type { Call } from './call.js';
import { pageOf } from './pages.js';

export function retrieveEvent({ account, params, id }: Call): Stripe.Event {
  params.refuseUnknown();
  const event = account.events.get(id);
  if (!event) throw resourceMissing('event', id);
  return event;
}

export function listEvents({ account, params }: Call): Stripe.ApiList<Stripe.Event> {
  const type = params.text('type');
  const types = params.texts('types');
  const delivered = params.boolean('delivery_success');
  const found = account.events
    .newestFirst()
    .filter((event) => type === undefined || event.type === type)
    .filter((event) => types.length === 0 || types.includes(event.type))
    .filter((event) => delivered === undefined || (event.pending_webhooks === 0) === delivered);
  const page = pageOf(found, params, '/v1/events');
  params.refuseUnknown();
  return page;
}
