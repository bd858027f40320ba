import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLSchema } from 'graphql';

/** A small graph with one of everything federation can do, for the gateway's own tests. */
const HEAD = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: [
  "@key", "@shareable", "@external", "@requires", "@provides", "@tag", "@inaccessible", "@interfaceObject",
  "@authenticated", "@requiresScopes", "@policy"])
`;

const IDENTITY = `${HEAD}
type Query {
  me: User @authenticated
  user(id: ID!): User @tag(name: "public")
  users: [User!]! @tag(name: "public")
  admins: [User!]! @requiresScopes(scopes: [["platform:admins:manage"]])
  forgotten: String
}
type Mutation {
  rename(id: ID!, name: String!): User @tag(name: "public")
  signIn(input: SignInInput!): Boolean @tag(name: "public") @tag(name: "credentials") @tag(name: "captcha")
  enrol: Boolean @tag(name: "public") @tag(name: "registration")
  keep: Boolean @tag(name: "public") @tag(name: "while-read-only")
}
input SignInInput { email: String!, password: String! }
type User @key(fields: "id") {
  id: ID!
  name: String!
  nickname: String!
  email: String @requiresScopes(scopes: [["patients:read"], ["users:manage"]])
  passport: String! @requiresScopes(scopes: [["patients:read"]])
  score: Int @policy(policies: [["vip"]])
}
`;

const BOOKING = `${HEAD}
type Query {
  bookings(first: Int!): [Booking!]! @tag(name: "public")
  booking(id: ID!): Booking @tag(name: "public")
  search: [Found!]! @tag(name: "public")
  places: [Place!]! @tag(name: "public")
  media: [Media!]! @tag(name: "public")
}
type Mutation {
  book(productId: ID!): Booking! @requiresScopes(scopes: [["appointments:create"]])
}
type Subscription {
  bookingChanged: Booking! @authenticated
  pulse(count: Int): Booking @tag(name: "public")
}
enum Status { PENDING CONFIRMED HIDDEN @inaccessible }
type Booking @key(fields: "id") {
  id: ID!
  status: Status
  notes: String @authenticated
  customer: User
  product: Product @provides(fields: "title")
  failing: String
  owed: String!
}
interface Place { id: ID! name: String! }
type Room implements Place @key(fields: "id") { id: ID! name: String! beds: Int }
type Hall implements Place @key(fields: "id") { id: ID! name: String! capacity: Int @authenticated }
type Vault implements Place @key(fields: "id") @authenticated { id: ID! name: String! code: String }
union Found = Booking | Room | User
interface Media @key(fields: "id") { id: ID! title: String }
type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }
type Song implements Media @key(fields: "id") { id: ID! title: String }
type User @key(fields: "id") { id: ID! visits: Int }
type Product @key(fields: "id sku") { id: ID! sku: String! title: String @external }
`;

const CACHE_CONTROL = `extend schema
  @link(url: "https://spine.example/specs/cacheControl/v1.0", import: ["@cacheControl", "CacheControlScope"])
  @composeDirective(name: "@cacheControl")
directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT
enum CacheControlScope { PUBLIC PRIVATE }
`;

const COMMERCE = `${HEAD.replace('"@policy"', '"@policy", "@composeDirective"')}${CACHE_CONTROL}
type Query {
  products: [Product!]! @tag(name: "public")
  notices(of: String): [Notice!]! @tag(name: "public") @cacheControl(maxAge: 60)
  ownNotices: [Notice!]! @authenticated @cacheControl(maxAge: 60)
  news: [Notice!]! @tag(name: "public")
}
type Notice @cacheControl(inheritMaxAge: true) {
  text: String!
  until: String! @cacheControl(maxAge: 5)
  mine: String @cacheControl(scope: PRIVATE)
  broken: String
  staffOnly: String @requiresScopes(scopes: [["users:manage"]])
  judged: String @policy(policies: [["vip"]])
  product: Product
}
type Product @key(fields: "id sku") { id: ID! sku: String! title: String @shareable weight: Int price: Float }
type Booking @key(fields: "id") { id: ID! total: Float receipt: Receipt }
type Receipt { number: String! lines: [[String!]!]! }
`;

const MARKETING = `${HEAD}
type Query { reviews: [Review!]! @tag(name: "public") }
type Product @key(fields: "id sku") {
  id: ID!
  sku: String!
  weight: Int @external
  shipping: String @requires(fields: "weight")
  reviews: [Review!]!
}
type Review { id: ID! text: String! author: User }
type User @key(fields: "id", resolvable: false) { id: ID! }
type Media @interfaceObject @key(fields: "id") { id: ID! rating: Int }
`;

interface Ref {
  readonly id: string;
}

const users = ['u1', 'u2', 'u3'].map((id, index) => ({
  id,
  name: `User ${id}`,
  nickname: id === 'u3' ? null : `nick-${id}`,
  email: `${id}@example.com`,
  passport: `P-${id}`,
  score: index * 10,
}));
const products = ['p1', 'p2'].map((id, index) => ({ id, sku: `S${index}`, title: `Product ${id}`, weight: index + 2, price: 9.5 }));
const bookings = ['b1', 'b2', 'b3', 'b4'].map((id, index) => ({
  __typename: 'Booking',
  id,
  status: index === 3 ? 'HIDDEN' : index % 2 === 0 ? 'CONFIRMED' : 'PENDING',
  notes: `notes of ${id}`,
  customer: index === 2 ? null : { __typename: 'User', id: users[index % 2]?.id },
  product: products[index % 2],
}));
const places = [
  { __typename: 'Room', id: 'r1', name: 'Room', beds: 2 },
  { __typename: 'Hall', id: 'h1', name: 'Hall', capacity: 90 },
  { __typename: 'Vault', id: 'v1', name: 'Vault', code: '0000' },
];
const media = [
  { __typename: 'Film', id: 'm1', title: 'Film', minutes: 90 },
  { __typename: 'Song', id: 'm2', title: 'Song' },
];

let noticesMade = 0;
/** Another one each time, so that it shows whether it was fetched or kept. */
const notice = (of: string) => {
  noticesMade += 1;
  return {
    text: `notice ${noticesMade} of ${of}`,
    until: 'tomorrow',
    mine: 'mine',
    staffOnly: 'for staff',
    judged: 'judged',
    product: products[0],
  };
};

const find = <T extends Ref>(list: readonly T[], id: string): T | undefined => list.find((item) => item.id === id);

export class ExpectedError extends Error {
  readonly extensions = { code: 'CONFLICT', stacktrace: ['line 1'] };
}

const resolvers = {
  identity: {
    Query: {
      me: () => users[0],
      user: (_: unknown, { id }: Ref) => find(users, id),
      users: () => users,
      admins: () => users,
      forgotten: () => 'nobody decided',
    },
    Mutation: {
      rename: (_: unknown, { id, name }: Ref & { name: string }) => ({ ...find(users, id), name }),
      signIn: () => false,
      enrol: () => true,
      keep: () => true,
    },
    User: { __resolveReference: ({ id }: Ref) => find(users, id) },
  },
  booking: {
    Query: {
      bookings: (_: unknown, { first }: { first: number }) => bookings.slice(0, first),
      booking: (_: unknown, { id }: Ref) => find(bookings, id),
      search: () => [bookings[0], places[0], { __typename: 'User', id: 'u2' }],
      places: () => places,
      media: () => media,
    },
    Mutation: { book: () => bookings[0] },
    Subscription: {
      bookingChanged: { subscribe: () => endless(), resolve: (event: unknown) => event },
      pulse: {
        subscribe: async function* (_: unknown, { count }: { count?: number }) {
          for (let index = 0; index < (count ?? 3); index += 1) yield bookings[index % bookings.length];
        },
        resolve: (event: unknown) => event,
      },
    },
    Booking: {
      __resolveReference: ({ id }: Ref) => find(bookings, id),
      failing: ({ id }: Ref) => {
        if (id === 'b1') throw new ExpectedError('already taken');
        throw new Error('connection string postgres://secret');
      },
      owed: ({ id }: Ref) => (id === 'b2' ? null : `owed ${id}`),
    },
    User: { __resolveReference: (ref: Ref) => ref, visits: ({ id }: Ref) => Number(id.slice(1)) * 7 },
    Media: { __resolveReference: ({ id }: Ref) => find(media, id) },
    Film: { __resolveReference: ({ id }: Ref) => find(media, id) },
    Song: { __resolveReference: ({ id }: Ref) => find(media, id) },
    Room: { __resolveReference: ({ id }: Ref) => find(places, id) },
    Hall: { __resolveReference: ({ id }: Ref) => find(places, id) },
    Vault: { __resolveReference: ({ id }: Ref) => find(places, id) },
    Product: { __resolveReference: ({ id }: Ref) => find(products, id) },
  },
  commerce: {
    Query: {
      products: () => products,
      notices: (_: unknown, { of }: { of?: string }) => [notice(of ?? 'all')],
      ownNotices: () => [notice('own')],
      news: () => [notice('news')],
    },
    Notice: {
      broken: () => {
        throw new ExpectedError('cannot be read');
      },
    },
    Product: { __resolveReference: ({ id }: Ref) => find(products, id) },
    Booking: {
      __resolveReference: ({ id }: Ref) => (id === 'b2' ? null : { id }),
      total: ({ id }: Ref) => Number(id.slice(1)) * 100,
      receipt: ({ id }: Ref) => {
        if (id === 'b3') throw new ExpectedError('no receipt yet');
        return { number: `R-${id}`, lines: [['a', 'b'], ['c']] };
      },
    },
  },
  marketing: {
    Query: { reviews: () => [{ id: 'x1', text: 'good', author: { __typename: 'User', id: 'u1' } }] },
    Product: {
      __resolveReference: (ref: Ref) => ref,
      shipping: ({ weight }: { weight?: number }) => `shipping for ${weight}`,
      reviews: ({ id }: Ref) => [{ id: `x-${id}`, text: `fine ${id}`, author: { __typename: 'User', id: 'u3' } }],
    },
    Media: { __resolveReference: (ref: Ref) => ref, rating: ({ id }: Ref) => Number(id.slice(1)) },
  },
};

/** A stream that gives one event and then waits for ever, as a quiet tenant's does. */
function endless(): AsyncGenerator<unknown, void, void> {
  let given = false;
  let leave: (result: IteratorResult<unknown, void>) => void = () => undefined;
  const over = new Promise<IteratorResult<unknown, void>>((resolve) => {
    leave = resolve;
  });
  const end = async (): Promise<IteratorResult<unknown, void>> => {
    leave({ done: true, value: undefined });
    return { done: true, value: undefined };
  };
  return {
    next: async () => {
      if (given) return over;
      given = true;
      return { done: false, value: bookings[0] };
    },
    return: end,
    throw: end,
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => void (await end()),
  };
}

const SDL = { identity: IDENTITY, booking: BOOKING, commerce: COMMERCE, marketing: MARKETING } as const;
export type SampleSubgraph = keyof typeof SDL;
export const SAMPLE_SUBGRAPHS = Object.keys(SDL) as SampleSubgraph[];

export const sampleSchemas = Object.fromEntries(
  SAMPLE_SUBGRAPHS.map((name) => [name, buildSubgraphSchema([{ typeDefs: parse(SDL[name]), resolvers: resolvers[name] }])]),
) as Record<SampleSubgraph, GraphQLSchema>;

function compose(): string {
  const services = SAMPLE_SUBGRAPHS.map((name) => ({ name, url: `http://${name}`, typeDefs: parse(SDL[name]) }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error((errors ?? []).map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

export const sampleSupergraph = compose();
