import { listBalanceTransactions, retrieveBalanceTransaction } from './balance-transactions.js';
import type { Call, Endpoint } from './call.js';
import { listCharges, retrieveCharge } from './charges.js';
import { createCheckoutSession, expireCheckoutSession, retrieveCheckoutSession } from './checkout-sessions.js';
import { createCustomer, listCustomers, retrieveCustomer, updateCustomer } from './customers.js';
import { listEvents, retrieveEvent } from './events.js';
import { capturePayment } from './payment-attempts.js';
import {
  cancelPaymentIntent,
  confirmPaymentIntent,
  createPaymentIntent,
  intentOf,
  listPaymentIntents,
  retrievePaymentIntent,
  updatePaymentIntent,
} from './payment-intents.js';
import { retrievePaymentMethod } from './payment-methods.js';
import { createRefund, listRefunds, retrieveRefund, updateRefund } from './refunds.js';

/** Every endpoint there is. What is not here answers 404. */
const ROUTES: Readonly<Record<string, Endpoint>> = {
  'POST /v1/customers': createCustomer,
  'GET /v1/customers': listCustomers,
  'GET /v1/customers/:id': retrieveCustomer,
  'POST /v1/customers/:id': updateCustomer,
  'POST /v1/payment_intents': createPaymentIntent,
  'GET /v1/payment_intents': listPaymentIntents,
  'GET /v1/payment_intents/:id': retrievePaymentIntent,
  'POST /v1/payment_intents/:id': updatePaymentIntent,
  'POST /v1/payment_intents/:id/confirm': confirmPaymentIntent,
  'POST /v1/payment_intents/:id/cancel': cancelPaymentIntent,
  'POST /v1/payment_intents/:id/capture': capturePaymentIntent,
  'POST /v1/checkout/sessions': createCheckoutSession,
  'GET /v1/checkout/sessions/:id': retrieveCheckoutSession,
  'POST /v1/checkout/sessions/:id/expire': expireCheckoutSession,
  'POST /v1/refunds': createRefund,
  'GET /v1/refunds': listRefunds,
  'GET /v1/refunds/:id': retrieveRefund,
  'POST /v1/refunds/:id': updateRefund,
  'GET /v1/charges': listCharges,
  'GET /v1/charges/:id': retrieveCharge,
  'GET /v1/balance_transactions': listBalanceTransactions,
  'GET /v1/balance_transactions/:id': retrieveBalanceTransaction,
  'GET /v1/payment_methods/:id': retrievePaymentMethod,
  'GET /v1/events': listEvents,
  'GET /v1/events/:id': retrieveEvent,
};

/** Resources below it are named by two words, such as `checkout/sessions`. */
const NAMESPACE = 'checkout';

export interface Route {
  readonly endpoint: Endpoint;
  /** The id in the path; empty where the path has none. */
  readonly id: string;
}

export function routeOf(method: string, path: string): Route | undefined {
  const [root, version, ...names] = path.split('/');
  const resource = names.splice(0, names[0] === NAMESPACE ? 2 : 1);
  const [id, ...rest] = names;
  const hasId = id !== undefined && id !== '';
  const pattern = [root, version, ...resource, ...(hasId ? [':id'] : []), ...rest].join('/');
  const key = `${method} ${pattern}`;
  const endpoint = Object.hasOwn(ROUTES, key) ? ROUTES[key] : undefined;
  // An id that is not even well encoded is left as it is: it names nothing.
  return endpoint && { endpoint, id: hasId ? decoded(id) : '' };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function capturePaymentIntent({ account, params, request, id }: Call): object {
  const intent = intentOf(account, id);
  const amount = params.integer('amount_to_capture');
  params.refuseUnknown();
  return capturePayment(account, intent, amount, request);
}
