/** Booking's entities as far as other subgraphs refer to them: enough to compose one of those with. */
export const BOOKING_STUB = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@tag", "@authenticated"])
  type Query { booking(id: ID!): Booking @authenticated }
  type Client @key(fields: "id") @authenticated { id: ID! displayName: String! }
  type Provider @key(fields: "id") { id: ID! name: String! }
  type Service @key(fields: "id") { id: ID! name: String! }
  type Booking @key(fields: "id") @authenticated { id: ID! client: Client provider: Provider! service: Service! }
`;
