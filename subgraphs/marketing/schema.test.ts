import { printSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, it } from '@jest/globals';
import { composeWithBooking } from '../../tests/support/composition.js';
import { schema } from './schema.js';

describe("marketing's part of the graph", () => {
  const sdl = printSubgraphSchema(schema);

  it('composes with the entities it adds to', async () => {
    expect(await composeWithBooking('marketing', schema)).toMatchObject({ ok: true, hints: [] });
  });

  it('adds to clients, providers and bookings, and keeps points from who is not signed in', () => {
    const shapes = [
      /type Client[^{]*{[^}]*loyaltyAccount: LoyaltyAccount @authenticated/,
      /type Provider[^{]*{[^}]*rating: ProviderRating\n/,
      /type Booking[^{]*{[^}]*review: Review @authenticated/,
      /type LoyaltyAccount\s+@authenticated/,
    ];
    expect(shapes.filter((shape) => !shape.test(sdl))).toEqual([]);
  });
});
