import { printSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, it } from '@jest/globals';
import { composeWithBooking } from '../../tests/support/composition.js';
import { schema } from './schema.js';

describe("analytics' part of the graph", () => {
  const sdl = printSubgraphSchema(schema);

  it('composes with the entities it refers to', async () => {
    expect(await composeWithBooking('analytics', schema)).toMatchObject({ ok: true, hints: [] });
  });

  it('asks for the permission to read reports on every root field', () => {
    const rootFields = sdl.match(/^type Query {([\s\S]*?)^}/m)?.[1] ?? '';
    const guards = rootFields.match(/@requiresScopes\(scopes: \[\["reports:read"\]\]\)/g) ?? [];
    expect(guards).toHaveLength(3);
  });
});
