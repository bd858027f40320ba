import type Stripe from 'stripe';
import { resourceMissing } from './api-error.js';
import type { Call } from './call.js';
import { pageOf } from './pages.js';
import { changedMetadata, type Params } from './params.js';

export function createCustomer({ account, params, request }: Call): Stripe.Customer {
  const metadata = changedMetadata({}, params.metadata());
  const details = readDetails(params);
  params.refuseUnknown();
  const customer = account.customers.put({
    id: account.newId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: account.now(),
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    name: null,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
    ...details,
    metadata,
  });
  account.emit('customer.created', customer, request);
  return customer;
}

export function retrieveCustomer({ account, params, id }: Call): Stripe.Customer {
  params.refuseUnknown();
  return customerOf(account, id);
}

export function updateCustomer({ account, params, request, id }: Call): Stripe.Customer {
  const current = customerOf(account, id);
  const details = readDetails(params);
  const metadata = changedMetadata(current.metadata, params.metadata());
  params.refuseUnknown();
  const customer = account.customers.put({ ...current, ...details, metadata });
  account.emit('customer.updated', customer, request);
  return customer;
}

export function listCustomers({ account, params }: Call): Stripe.ApiList<Stripe.Customer> {
  const email = params.text('email');
  const found = account.customers
    .newestFirst()
    .filter((customer) => email === undefined || customer.email === email);
  const page = pageOf(found, params, '/v1/customers');
  params.refuseUnknown();
  return page;
}

/** @throws {ApiError} `resource_missing` naming the parameter that holds the id */
export function customerOf(account: Call['account'], id: string, param = 'id'): Stripe.Customer {
  const customer = account.customers.get(id);
  if (!customer) throw resourceMissing('customer', id, param);
  return customer;
}

type Details = Pick<Stripe.Customer, 'email' | 'name' | 'description' | 'phone'>;

/** Only what was sent; an empty value unsets. */
function readDetails(params: Params): Partial<Details> {
  const fields = ['email', 'name', 'description', 'phone'] as const;
  const sent = fields.flatMap((field) => {
    const value = params.text(field);
    return value === undefined ? [] : [[field, value === '' ? null : value] as const];
  });
  return Object.fromEntries(sent);
}
