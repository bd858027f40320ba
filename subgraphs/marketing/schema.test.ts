import { printSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, it } from '@jest/globals';
import { composeSupergraph } from '../../infra/compose/supergraph.js';
import { BOOKING_STUB } from '../../tests/support/booking-stub.js';
import { schema } from './schema.js';

describe("marketing's part of the graph", () => {
  const sdl = printSubgraphSchema(schema);

  it('composes with the entities it adds to', () => {
    const composition = composeSupergraph([
      { name: 'booking', routingUrl: 'http://booking', sdl: BOOKING_STUB },
      { name: 'marketing', routingUrl: 'http://marketing', sdl },
    ]);
    expect(composition).toMatchObject({ ok: true });
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
