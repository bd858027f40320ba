import { BOOKINGS } from './graph.js';

/** An operation to measure; each request of it carries variables that no other in flight has. */
export interface BenchOperation {
  readonly name: string;
  readonly title: string;
  readonly query: string;
  variablesOf(request: number): Readonly<Record<string, unknown>>;
}

const BOOKING = 'id startsAt endsAt status notes';
const USER = 'id name email tier';
const PRODUCT = 'id title price sku stock';

/** Customers from identity, products from commerce, and behind each product its seller's latest bookings. */
const deepSelection = (levels: number): string =>
  `${BOOKING} customer { ${USER} } product { ${PRODUCT} ` +
  (levels > 0 ? `seller { ${USER} recent(first: 2) { ${deepSelection(levels - 1)} } } }` : '}');

export const OPERATIONS: readonly BenchOperation[] = [
  {
    name: 'small',
    title: 'small: one booking, one fetch',
    query: 'query Small($id: ID!) { booking(id: $id) { id startsAt status } }',
    variablesOf: (request) => ({ id: `b${(request * 17) % BOOKINGS}` }),
  },
  {
    name: 'join',
    title: 'join: 30 rows joined from three subgraphs',
    query: `query Join($first: Int!, $offset: Int!) {
  bookings(first: $first, offset: $offset) { ${BOOKING} customer { ${USER} } product { ${PRODUCT} } }
}`,
    variablesOf: (request) => ({ first: 30, offset: request % (BOOKINGS - 100) }),
  },
  {
    name: 'deep',
    title: 'deep: 90 kB, sixteen fetches',
    query: `query Deep($first: Int!, $offset: Int!, $me: ID!) {
  user(id: $me) { ${USER} }
  bookings(first: $first, offset: $offset) { ${deepSelection(3)} }
}`,
    variablesOf: (request) => ({ first: 17, offset: request % (BOOKINGS - 100), me: `u${request % 500}` }),
  },
];

export function operationNamed(name: string): BenchOperation {
  const operation = OPERATIONS.find((candidate) => candidate.name === name);
  if (!operation) throw new Error(`There is no operation ${name}; there are ${OPERATIONS.map((known) => known.name).join(', ')}.`);
  return operation;
}

/** Body of the nth request of an operation. */
export const bodyOf = (operation: BenchOperation, request: number): string =>
  JSON.stringify({ query: operation.query, variables: operation.variablesOf(request) });
