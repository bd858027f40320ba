import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { buildSchema, isObjectType, Kind, parse, type GraphQLSchema } from 'graphql';
import { fieldBehaviours, streamBehaviours, type Behaviour } from './rich-behaviours.js';
import { findRow, type Row } from './rich-data.js';

/** Everything federation can do, spread over five subgraphs, so that any two fields of an entity may need a join. */
const HEAD = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: [
  "@key", "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible"])
`;

const ACCOUNTS = `${HEAD}
scalar Day
enum Role { ADMIN STAFF GUEST @inaccessible }
interface Node { id: ID! }
type Query {
  me: User
  user(id: ID!): User
  users(first: Int = 3, role: Role): [User!]!
  people: [User]!
  node(id: ID!): Node
  viewer: Viewer!
}
type Viewer { user: User! again: User role: Role! }
type User implements Node @key(fields: "id") @key(fields: "email") {
  id: ID!
  email: String!
  name: String @shareable
  role: Role
  tags: [String!]!
  matrix: [[Int]!]
  born: Day
  risky: String
  firm: String!
  legacyName: String
  address: Address
  manager: User
  friends: [User]
  notes: [String]
}
type Address @shareable { city: String! country: String lines: [String] }
type Book @key(fields: "id") { id: ID! blurb: String @shareable }
`;

const CATALOG = `${HEAD}
enum Format { PAPER HARD }
enum Currency { EUR USD }
type Query {
  items(first: Int = 3): [Item!]!
  item(id: ID!): Item
  books: [Book!]!
  variants: [Variant!]!
}
interface Item @key(fields: "id") { id: ID! title: String price(currency: Currency = EUR): Float related: [Item!] variants: [Variant!]! }
type Book implements Item @key(fields: "id") {
  id: ID! title: String price(currency: Currency = EUR): Float related: [Item!] variants: [Variant!]!
  pages: Int author: User isbn: String format: Format blurb: String! @shareable
}
type Film implements Item @key(fields: "id") {
  id: ID! title: String price(currency: Currency = EUR): Float related: [Item!] variants: [Variant!]!
  minutes: Int director: User cast: [User!] blurb: String
}
type Song implements Item @key(fields: "id") {
  id: ID! title: String price(currency: Currency = EUR): Float related: [Item!] variants: [Variant!]!
  minutes: String singers: [User!]!
}
type Variant @key(fields: "itemId sku") { itemId: ID! sku: String! item: Item size: Int weight: Int! colour: String }
type User @key(fields: "id") { id: ID! favourite: Item }
`;

const REVIEWS = `${HEAD}
type Query { reviews(first: Int = 4): [Review!]! }
type Item @interfaceObject @key(fields: "id") { id: ID! rating: Float stars: Int! reviews(first: Int): [Review!] }
type Review @key(fields: "id") { id: ID! body: String author: User @provides(fields: "name") item: Item verdict: Verdict }
enum Verdict { GOOD BAD }
type User @key(fields: "id") { id: ID! name: String @external opinion: String @requires(fields: "tags role") tags: [String!]! @external role: Role @external }
enum Role { ADMIN STAFF GUEST @inaccessible }
`;

const ORDERS = `${HEAD}
enum Status { OPEN PAID SENT }
type Query {
  orders(first: Int = 3): [Order]!
  order(id: ID!): Order
  search(first: Int = 3): [Found]
  payments: [Payment!]!
}
type Mutation { touch(id: ID!): Order  touchUser(id: ID!): User }
type Subscription { orderChanged(count: Int): Order }
union Payment = Card | Transfer | Voucher
union Found = User | Order | Warehouse
type Card { id: ID! brand: String! holder: User amount: Int }
type Transfer { id: ID! iban: String! from: Address amount: String! }
type Voucher { code: String! issuer: User amount: Int }
type Address @shareable { city: String! country: String lines: [String] }
type Order @key(fields: "id") {
  id: ID!
  number: String!
  status: Status @shareable
  customer: User @provides(fields: "name")
  lines: [Line!]!
  payment: Payment
  history: [Payment!]!
  warehouse: Warehouse
  memo: String
  grid: [[Item]]
}
type Line { quantity: Int! item: Item variant: Variant }
type Item @interfaceObject @key(fields: "id") { id: ID! }
type Variant @key(fields: "itemId sku") { itemId: ID! sku: String! }
type Warehouse @key(fields: "location { country code }") { location: Location! name: String @shareable keeper: User }
type Location @shareable { country: String! code: String! }
type User @key(fields: "id") { id: ID! name: String @external orders: [Order!]! legacyName: String @override(from: "accounts") }
`;

const SHIPPING = `${HEAD}
type Query { warehouses: [Warehouse!]! parcel(id: ID!): Parcel }
type Warehouse @key(fields: "location { country code }") {
  location: Location!
  capacity: Int!
  zones: [[String]]
  inside: [Variant!]
}
type Location @shareable { country: String! code: String! name: String id: ID }
type Variant @key(fields: "itemId sku") {
  itemId: ID! sku: String! size: Int @external weight: Int! @external
  stock: Int
  class: String @requires(fields: "size weight")
}
type Order @key(fields: "id") {
  id: ID!
  status: Status @external
  lines: [Line!]! @external
  payment: Payment @external
  customer: User @external
  warehouse: Warehouse @external
  total: Int
  packing: String @requires(fields: "lines { quantity item { id } variant { itemId sku } }")
  surcharge: String @requires(fields: "status payment { __typename ... on Card { brand holder { id } } ... on Transfer { iban from { country } } ... on Voucher { code } }")
  label: String @requires(fields: "customer { id email } warehouse { location { country code } }")
}
enum Status { OPEN PAID SENT }
union Payment = Card | Transfer | Voucher
type Card { brand: String! @external holder: User @external }
type Transfer { iban: String! @external from: Address @external }
type Voucher { code: String! @external }
type Address @shareable { city: String! country: String lines: [String] }
type Line { quantity: Int! @external item: Item @external variant: Variant @external }
type Item @interfaceObject @key(fields: "id") { id: ID! }
type User @key(fields: "email") @key(fields: "id") { id: ID! email: String! parcels: [Parcel!] balance: Int credit: Credit! }
type Credit @key(fields: "id") { id: ID! limit: Int! currency: String }
type Parcel @key(fields: "id") { id: ID! code: String! order: Order to: User target: Target }
union Target = User | Warehouse
`;

const SDL = { accounts: ACCOUNTS, catalog: CATALOG, reviews: REVIEWS, orders: ORDERS, shipping: SHIPPING } as const;

type Resolvers = Record<string, Record<string, unknown>>;

/**
 * What a subgraph knows of an entity it is asked about: its record without the fields that the subgraph can only
 * have from the representation.
 */
const referenceResolver =
  (type: string, external: readonly string[]) =>
  (reference: Row): Row | null => {
    const row = findRow(type, reference);
    if (!row) return null;
    const own = Object.fromEntries(Object.entries(row).filter(([field]) => !external.includes(field)));
    const { __typename: asked, ...given } = reference;
    return { ...given, ...own, __typename: asked === type ? row.__typename : asked };
  };

function resolversOf(sdl: string): Resolvers {
  const resolvers: Resolvers = {};
  for (const definition of parse(sdl).definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const type = definition.name.value;
    const fields: Record<string, unknown> = {};
    const external: string[] = [];
    for (const field of definition.fields ?? []) {
      const name = field.name.value;
      if (field.directives?.some((directive) => directive.name.value === 'external')) external.push(name);
      const behaviour = fieldBehaviours[`${type}.${name}`];
      const stream = streamBehaviours[`${type}.${name}`];
      if (stream) fields[name] = { subscribe: stream, resolve: (event: unknown) => event };
      else if (behaviour && definition.kind === Kind.OBJECT_TYPE_DEFINITION) fields[name] = behaviour;
    }
    if (definition.directives?.some((directive) => directive.name.value === 'key')) {
      fields['__resolveReference'] = referenceResolver(type, external);
    }
    if (Object.keys(fields).length > 0) resolvers[type] = fields;
  }
  return resolvers;
}

export const richSchemas: Readonly<Record<string, GraphQLSchema>> = Object.fromEntries(
  Object.entries(SDL).map(([name, sdl]) => [
    name,
    buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolversOf(sdl) as never }]),
  ]),
);

function compose(): string {
  const services = Object.entries(SDL).map(([name, sdl]) => ({ name, url: `http://${name}`, typeDefs: parse(sdl) }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error((errors ?? []).map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

export const richSupergraph = compose();

/** The same graph as one schema over the same records. */
export function createMonolith(apiSdl: string): GraphQLSchema {
  const schema = buildSchema(apiSdl);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const stream = streamBehaviours[`${type.name}.${field.name}`];
      if (stream) {
        field.subscribe = stream;
        field.resolve = (event) => event as unknown;
      }
      const behaviour: Behaviour | undefined = fieldBehaviours[`${type.name}.${field.name}`] ?? fieldBehaviours[`Item.${field.name}`];
      const known = type.getInterfaces().some(({ name }) => name === 'Item') || `${type.name}.${field.name}` in fieldBehaviours;
      if (behaviour && known) field.resolve = behaviour;
    }
  }
  return schema;
}
