import { printSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, it } from '@jest/globals';
import { composeSupergraph } from '../../infra/compose/supergraph.js';
import { BOOKING_STUB } from '../../tests/support/booking-stub.js';
import { schema } from './schema.js';

describe("analytics' part of the graph", () => {
  const sdl = printSubgraphSchema(schema);

  it('composes with the entities it refers to', () => {
    const composition = composeSupergraph([
      { name: 'booking', routingUrl: 'http://booking', sdl: BOOKING_STUB },
      { name: 'analytics', routingUrl: 'http://analytics', sdl },
    ]);
    expect(composition).toMatchObject({ ok: true });
  });

  it('asks for the permission to read reports on every root field', () => {
    const rootFields = sdl.match(/^type Query {([\s\S]*?)^}/m)?.[1] ?? '';
    const guards = rootFields.match(/@requiresScopes\(scopes: \[\["reports:read"\]\]\)/g) ?? [];
    expect(guards).toHaveLength(3);
  });
});
