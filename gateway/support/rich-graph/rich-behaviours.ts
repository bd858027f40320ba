import { data, findRow, type Row } from './rich-data.js';

/** How a field is answered where it is more than a property; the same in its subgraph and in the monolith. */
export type Behaviour = (source: Row, args: Readonly<Record<string, unknown>>) => unknown;

const first = (rows: unknown, args: Readonly<Record<string, unknown>>): unknown =>
  Array.isArray(rows) && typeof args['first'] === 'number' ? (rows as unknown[]).slice(0, args['first']) : rows;

const find = (type: string): Behaviour => (_source, args) => findRow(type, args);
const price: Behaviour = ({ cost }, { currency }) => (typeof cost === 'number' ? (currency === 'USD' ? cost * 2 : cost) : null);
const inItem = (field: string, behaviour: Behaviour): Readonly<Record<string, Behaviour>> =>
  Object.fromEntries(['Item', 'Book', 'Film', 'Song'].map((type) => [`${type}.${field}`, behaviour]));

interface Packed {
  readonly lines: readonly { readonly quantity: number; readonly item: Row | null; readonly variant: Row | null }[];
}

const paymentText = (payment: unknown): string => {
  if (!payment) return 'nothing';
  const { __typename: kind, brand, holder, iban, from, code } = payment as Row;
  if (kind === 'Card') return `card ${String(brand)} of ${String((holder as Row | null)?.['id'])}`;
  return kind === 'Transfer' ? `transfer ${String(iban)} ${String((from as Row | null)?.['country'])}` : `${kind} ${String(code)}`;
};

export const fieldBehaviours: Readonly<Record<string, Behaviour>> = {
  'Query.me': () => data.users[0],
  'Query.user': find('User'),
  'Query.users': (_, args) => first(data.users.filter(({ role }) => !args['role'] || role === args['role']), args),
  'Query.people': () => [data.users[0], null, data.users[1], data.users[2]],
  'Query.node': find('User'),
  'Query.viewer': () => ({ __typename: 'Viewer', user: data.users[1], again: data.users[1], role: 'STAFF' }),
  'Query.items': (_, args) => first(data.items, args),
  'Query.item': find('Item'),
  'Query.books': () => data.items.filter(({ __typename }) => __typename === 'Book'),
  'Query.variants': () => data.variants.slice(2, 8),
  'Query.reviews': (_, args) => first(data.reviews, args),
  'Query.orders': (_, args) => first([data.orders[0], null, ...data.orders.slice(1)], args),
  'Query.order': find('Order'),
  'Query.search': (_, args) => first([data.orders[1], data.users[2], data.warehouses[0], null, data.users[0]], args),
  'Query.payments': () => data.payments,
  'Query.warehouses': () => data.warehouses,
  'Query.parcel': find('Parcel'),
  'Mutation.touch': find('Order'),
  'Mutation.touchUser': find('User'),
  ...inItem('price', price),
  ...inItem('reviews', ({ reviews, ...item }, args) => first(reviews ?? findRow('Item', item)?.['reviews'], args)),
  'User.opinion': ({ id, tags, role }) => `${String(id)} ${JSON.stringify(tags)} ${String(role)}`,
  'Variant.class': ({ size, weight }) => `${String(size)} by ${String(weight)}`,
  'Order.packing': (order) =>
    (order as unknown as Packed).lines
      .map(({ quantity, item, variant }) => `${quantity} of ${String(item?.['id'])} ${String(variant?.['itemId'])}/${String(variant?.['sku'])}`)
      .join(', '),
  'Order.surcharge': ({ status, payment }) => `${String(status)} ${paymentText(payment)}`,
  'Order.label': ({ customer, warehouse }) => {
    const { country, code } = ((warehouse as Row | null)?.['location'] ?? {}) as Record<string, unknown>;
    return `${String((customer as Row | null)?.['email'])} ${String((customer as Row | null)?.['id'])} ${String(country)} ${String(code)}`;
  },
};

export const streamBehaviours: Readonly<Record<string, (source: unknown, args: { readonly count?: number }) => AsyncGenerator<unknown>>> = {
  'Subscription.orderChanged': async function* (_source, { count = 3 }) {
    for (const order of data.orders.slice(0, count)) yield order;
  },
};
