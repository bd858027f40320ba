import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { buildSchema, parse, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';

/**
 * The graph that is measured: three subgraphs whose data lie in memory, so that what is measured is the
 * gateway and not a database, and the same graph once more as one schema.
 */
const SUBGRAPHS = ['booking', 'identity', 'commerce'] as const;
export type BenchSubgraph = (typeof SUBGRAPHS)[number];
export const BENCH_SUBGRAPHS: readonly BenchSubgraph[] = SUBGRAPHS;

const HEAD = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: [
  "@key", "@authenticated", "@requiresScopes"])
`;

/** `guarded` stands for the directives ours enforces; the other contestants are spared them. */
const sdlOf = (guarded: (directive: string) => string): Record<BenchSubgraph, string> => ({
  booking: `${HEAD}
type Query {
  bookings(first: Int!, offset: Int!): [Booking!]! ${guarded('@requiresScopes(scopes: [["appointments:read"]])')}
  booking(id: ID!): Booking ${guarded('@requiresScopes(scopes: [["appointments:read"]])')}
}
type Booking @key(fields: "id") {
  id: ID!
  startsAt: String!
  endsAt: String!
  status: String!
  notes: String ${guarded('@authenticated')}
  customer: User
  product: Product
}
type User @key(fields: "id") { id: ID! recent(first: Int!): [Booking!]! }
type Product @key(fields: "id", resolvable: false) { id: ID! }
`,
  identity: `${HEAD}
type Query { user(id: ID!): User ${guarded('@authenticated')} }
type User @key(fields: "id") {
  id: ID!
  name: String!
  email: String ${guarded('@requiresScopes(scopes: [["users:manage"]])')}
  tier: String!
}
`,
  commerce: `${HEAD}
type Query { product(id: ID!): Product ${guarded('@authenticated')} }
type Product @key(fields: "id") { id: ID! title: String! price: Float! sku: String! stock: Int! seller: User }
type User @key(fields: "id", resolvable: false) { id: ID! }
`,
});

const MONOLITH = `
type Query {
  bookings(first: Int!, offset: Int!): [Booking!]!
  booking(id: ID!): Booking
  user(id: ID!): User
  product(id: ID!): Product
}
type Booking { id: ID! startsAt: String! endsAt: String! status: String! notes: String customer: User product: Product }
type User { id: ID! name: String! email: String tier: String! recent(first: Int!): [Booking!]! }
type Product { id: ID! title: String! price: Float! sku: String! stock: Int! seller: User }
`;

interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly tier: string;
}

interface Product {
  readonly id: string;
  readonly title: string;
  readonly price: number;
  readonly sku: string;
  readonly stock: number;
  readonly sellerId: string;
}

interface Booking {
  readonly id: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly status: string;
  readonly notes: string;
  readonly customerId: string;
  readonly productId: string;
}

export const BOOKINGS = 3_000;
const OTHERS = 600;

const hour = (index: number): string => new Date(Date.UTC(2027, 0, 4, 8) + index * 3_600_000).toISOString();
const indices = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);

const users = new Map(
  indices(OTHERS).map((index): [string, User] => [
    `u${index}`,
    { id: `u${index}`, name: `User ${index}`, email: `user${index}@example.com`, tier: index % 3 ? 'GOLD' : 'BASIC' },
  ]),
);
const products = new Map(
  indices(OTHERS).map((index): [string, Product] => [
    `p${index}`,
    {
      id: `p${index}`,
      title: `Product ${index}`,
      price: index * 1.5,
      sku: `SKU-${index}`,
      stock: index % 17,
      sellerId: `u${(index * 11) % OTHERS}`,
    },
  ]),
);
const bookings = indices(BOOKINGS).map(
  (index): Booking => ({
    id: `b${index}`,
    startsAt: hour(index),
    endsAt: hour(index + 1),
    status: index % 2 ? 'CONFIRMED' : 'PENDING',
    notes: `note for booking ${index}`,
    customerId: `u${(index * 7) % OTHERS}`,
    productId: `p${(index * 13) % OTHERS}`,
  }),
);
const bookingById = new Map(bookings.map((booking) => [booking.id, booking]));

interface Ref {
  readonly id: string;
}

/** The bookings of a user, without the cost of a search: any will do, as long as all contestants get the same. */
const recentOf = ({ id }: Ref, { first }: { readonly first: number }): readonly Booking[] => {
  const from = (Number(id.slice(1)) * 5) % (BOOKINGS - 20);
  return bookings.slice(from, from + first);
};

const rootFields = {
  bookings: (_: unknown, { first, offset }: { readonly first: number; readonly offset: number }) =>
    bookings.slice(offset % (BOOKINGS - 100), (offset % (BOOKINGS - 100)) + first),
  booking: (_: unknown, { id }: Ref) => bookingById.get(id),
  user: (_: unknown, { id }: Ref) => users.get(id),
  product: (_: unknown, { id }: Ref) => products.get(id),
};

const stub = (__typename: string, id: string) => ({ __typename, id });

const subgraphResolvers = {
  booking: {
    Query: { bookings: rootFields.bookings, booking: rootFields.booking },
    Booking: {
      __resolveReference: ({ id }: Ref) => bookingById.get(id),
      customer: ({ customerId }: Booking) => stub('User', customerId),
      product: ({ productId }: Booking) => stub('Product', productId),
    },
    User: { __resolveReference: (ref: Ref) => ref, recent: recentOf },
  },
  identity: {
    Query: { user: rootFields.user },
    User: { __resolveReference: ({ id }: Ref) => users.get(id) },
  },
  commerce: {
    Query: { product: rootFields.product },
    Product: {
      __resolveReference: ({ id }: Ref) => products.get(id),
      seller: ({ sellerId }: Product) => stub('User', sellerId),
    },
  },
};

const allDirectives = sdlOf((directive) => directive);
const noDirectives = sdlOf(() => '');

export const subgraphSchemas = (): Record<BenchSubgraph, GraphQLSchema> =>
  Object.fromEntries(
    BENCH_SUBGRAPHS.map((name) => [
      name,
      buildSubgraphSchema([{ typeDefs: parse(allDirectives[name]), resolvers: subgraphResolvers[name] }]),
    ]),
  ) as Record<BenchSubgraph, GraphQLSchema>;

export type SubgraphUrls = Readonly<Record<BenchSubgraph, string>>;

/** @param guarded whether the authorization directives are in it */
export function supergraphOf(urls: SubgraphUrls, guarded: boolean): string {
  const sdl = guarded ? allDirectives : noDirectives;
  const { supergraphSdl, errors } = composeServices(
    BENCH_SUBGRAPHS.map((name) => ({ name, url: urls[name], typeDefs: parse(sdl[name]) })),
  );
  if (!supergraphSdl) throw new Error((errors ?? []).map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

type Resolvers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The same graph without federation: every field is reached in place. */
export function monolithSchema(): GraphQLSchema {
  const schema = buildSchema(MONOLITH);
  const resolvers: Resolvers = {
    Query: rootFields,
    Booking: {
      customer: ({ customerId }: Booking) => users.get(customerId),
      product: ({ productId }: Booking) => products.get(productId),
    },
    Product: { seller: ({ sellerId }: Product) => users.get(sellerId) },
    User: { recent: recentOf },
  };
  for (const [typeName, fields] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!type || !('getFields' in type)) throw new Error(`the monolith has no type ${typeName}`);
    for (const [name, resolve] of Object.entries(fields)) {
      const field = type.getFields()[name];
      if (field && 'args' in field) field.resolve = resolve as GraphQLFieldResolver<unknown, unknown>;
    }
  }
  return schema;
}
