/**
 * The records behind the rich graph. They refer to each other directly, so that a field is most often a property;
 * an `Error` in the place of a value is thrown by graphql-js when the value is asked for.
 */
export type Row = Record<string, unknown> & { readonly __typename: string };

/** A failure that a client is told of word for word. */
export class PlannedFailure extends Error {
  readonly extensions = { code: 'CONFLICT' };
}

const fail = (what: string): PlannedFailure => new PlannedFailure(`planned: ${what}`);
const byKey = (rows: readonly Row[], ...keys: readonly string[]): ReadonlyMap<string, Row> =>
  new Map(rows.map((row) => [keys.map((key) => String(row[key])).join('/'), row]));

const ROLES = ['ADMIN', 'STAFF', 'GUEST'] as const;

const users: Row[] = ['u1', 'u2', 'u3', 'u4', 'u5'].map((id, index) => ({
  __typename: 'User',
  id,
  email: `${id}@example.com`,
  name: index === 4 ? null : `User ${id}`,
  role: ROLES[index % ROLES.length],
  tags: index === 2 ? [] : ['a', `tag-${id}`],
  matrix: index === 3 ? null : [[1, index, null], [], index === 1 ? [null] : [7]],
  born: `19${80 + index}-0${index + 1}-11`,
  risky: index === 1 ? fail('risky') : index === 2 ? null : `risk of ${id}`,
  firm: index === 3 ? null : `firm ${id}`,
  legacyName: `legacy ${id}`,
  address: index === 2 ? null : { __typename: 'Address', city: `City ${index}`, country: index % 2 === 0 ? 'DE' : null, lines: ['x', index === 1 ? null : 'y'] },
  balance: index === 3 ? null : index * 100 - 50,
  credit: index === 2 ? null : { __typename: 'Credit', limit: index * 1000, id: `credit-${id}`, currency: 'EUR' },
  notes: [`first of ${id}`, index === 0 ? fail('second note') : 'second', null],
}));
users.forEach((user, index) => {
  user['manager'] = index === 0 ? null : users[index - 1];
  user['friends'] = [users[(index + 1) % 5], index === 2 ? null : users[(index + 2) % 5]];
});

const items: Row[] = [
  { __typename: 'Book', id: 'i1', title: 'Book one', cost: 10, pages: 120, author: users[0], isbn: 'isbn-1', format: 'PAPER' },
  { __typename: 'Film', id: 'i2', title: 'Film two', cost: 20, minutes: 95, director: users[1], cast: [users[2], users[3]] },
  { __typename: 'Song', id: 'i3', title: null, cost: 30, minutes: '3:05', singers: [users[4], users[0]] },
  { __typename: 'Book', id: 'i4', title: 'Book four', cost: null, pages: fail('pages'), author: null, isbn: null, format: 'HARD' },
  { __typename: 'Film', id: 'i5', title: 'Film five', cost: 50, minutes: null, director: users[3], cast: null },
];
items.forEach((item, index) => {
  item['rating'] = index === 3 ? null : index + 0.5;
  item['stars'] = index;
  item['blurb'] = index === 4 ? fail('blurb') : `about ${String(item['id'])}`;
  item['related'] = [items[(index + 1) % 5], items[(index + 3) % 5]];
});

const reviews: Row[] = items.flatMap((item, index) =>
  [0, 1].map((nth) => ({
    __typename: 'Review',
    id: `r${index}${nth}`,
    body: nth === 1 && index === 2 ? fail('body') : `review ${nth} of ${String(item['id'])}`,
    author: index === 1 && nth === 0 ? null : users[(index + nth) % 5],
    item,
    verdict: index === 0 ? 'GOOD' : null,
  })),
);
items.forEach((item) => {
  item['reviews'] = reviews.filter((review) => review['item'] === item);
});

const variants: Row[] = items.flatMap((item, index) =>
  ['s', 'm'].map((sku, nth) => ({
    __typename: 'Variant',
    itemId: item['id'],
    sku,
    item,
    size: index === 2 ? null : index * 10 + nth,
    weight: nth + 1,
    colour: ['RED', 'BLUE'][nth],
    stock: index === 3 && nth === 1 ? fail('stock') : index + nth,
  })),
);
items.forEach((item) => {
  item['variants'] = variants.filter((variant) => variant['item'] === item);
});

const locations: Row[] = [
  { __typename: 'Location', country: 'DE', code: 'BER', name: 'Berlin', id: 'l1' },
  { __typename: 'Location', country: 'DE', code: 'MUC', name: 'Munich', id: 'l2' },
  { __typename: 'Location', country: 'FR', code: 'PAR', name: null, id: 'l3' },
];
const warehouses: Row[] = locations.map((location, index) => ({
  __typename: 'Warehouse',
  location,
  name: `Warehouse ${index}`,
  keeper: users[index],
  capacity: index === 2 ? null : index * 1000,
  zones: [[`z${index}`], index === 1 ? null : [null, 'z']],
}));
warehouses.forEach((warehouse, index) => {
  warehouse['inside'] = variants.slice(index, index + 2);
});

const payments: Row[] = [
  { __typename: 'Card', id: 'c1', brand: 'VISA', holder: users[0], amount: 10 },
  { __typename: 'Transfer', id: 't1', iban: 'DE00', amount: '10.00', from: { __typename: 'Address', city: 'Bank', country: 'DE', lines: [] } },
  { __typename: 'Voucher', code: 'V-1', amount: null, issuer: users[1] },
];

const STATUSES = ['OPEN', 'PAID', 'SENT'] as const;
const orders: Row[] = ['o1', 'o2', 'o3', 'o4', 'o5', 'o6'].map((id, index) => ({
  __typename: 'Order',
  id,
  number: `N-${index}`,
  status: index === 5 ? null : STATUSES[index % 3],
  customer: index === 3 ? null : users[index % 5],
  lines: [0, 1].map((nth) => ({
    __typename: 'Line',
    quantity: index + nth,
    item: items[(index + nth) % 5],
    variant: nth === 1 && index === 1 ? null : variants[(index * 2 + nth) % 10],
  })),
  payment: index === 4 ? null : payments[index % 3],
  history: payments.slice(0, index % 4),
  warehouse: index === 2 ? null : warehouses[index % 3],
  memo: index === 1 ? fail('memo') : `memo ${id}`,
  total: index === 5 ? null : index * 11,
  grid: index === 0 ? [[items[0], null], [items[2]]] : [[items[index % 5]], null],
}));
users.forEach((user) => {
  user['orders'] = orders.filter((order) => order['customer'] === user);
});
const parcels: Row[] = users.map((user, index) => ({
  __typename: 'Parcel',
  id: `p${index}`,
  code: `P-${index}`,
  order: orders[index],
  to: user,
  target: index % 2 === 0 ? user : warehouses[index % 3],
}));
users.forEach((user, index) => {
  user['parcels'] = index === 1 ? null : [parcels[index], parcels[(index + 1) % 5]];
  user['favourite'] = items[index];
  user['found'] = [items[index], orders[index], users[(index + 1) % 5]];
});

export const data = { users, items, reviews, variants, warehouses, payments, orders, parcels } as const;

const identified = { User: users, Item: items, Book: items, Film: items, Song: items, Order: orders, Parcel: parcels, Review: reviews };

/** Finds a record by whatever key a representation carries. */
export function findRow(type: string, given: Readonly<Record<string, unknown>>): Row | null {
  if (type === 'Variant') return byKey(variants, 'itemId', 'sku').get(`${String(given['itemId'])}/${String(given['sku'])}`) ?? null;
  if (type === 'Warehouse') {
    const { country, code } = given['location'] as Row;
    return warehouses.find(({ location }) => (location as Row)['country'] === country && (location as Row)['code'] === code) ?? null;
  }
  const rows: readonly Row[] = type in identified ? identified[type as keyof typeof identified] : [];
  const key = given['id'] === undefined ? 'email' : 'id';
  return rows.find((row) => row[key] === given[key]) ?? null;
}
