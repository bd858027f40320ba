import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bookedFacts } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { ANONYMOUS, type Principal } from '../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { BookingEvents, BookingFacts } from '../../booking/events.js';
import { BookingId, ProviderId } from '../../booking/ids.js';
import type { MarketingServices } from '../services.js';
import { createMarketing } from '../subgraph.js';

const moderator = memberOf(['settings:update']);
const clientOf = ({ clientUserId }: BookingFacts): Principal => memberOf([], { userId: clientUserId ?? '' });

describe('reviews', () => {
  let marketing: HostedSubgraph<MarketingServices, BookingEvents>;
  beforeAll(async () => {
    marketing = await startHostedSubgraph<MarketingServices, BookingEvents>(createMarketing);
  });
  afterAll(() => marketing.stop());

  const complete = async (known: Partial<BookingFacts> = {}): Promise<BookingFacts> => {
    const facts = bookedFacts(known);
    await marketing.tell('booking.completed', facts);
    return facts;
  };
  const submit = (
    { bookingId }: BookingFacts,
    as: Principal,
    { rating = 5, text, tenant = ACME }: { rating?: number; text?: string; tenant?: TenantIdentity } = {},
  ) => marketing.subgraph.services.reviews.submit(contextFor(tenant, as), { bookingId, rating, text });
  const service = () => marketing.subgraph.services.reviews;
  const ratingOf = (providerId: string, tenant: TenantIdentity = ACME) =>
    service().ratingOfProvider(contextFor(tenant), providerId);

  it('are taken from the client of a booking at once when it is completed', async () => {
    const booking = await complete();
    const review = await submit(booking, clientOf(booking), { rating: 4, text: '  Lovely.  ' });
    expect(review).toMatchObject({ rating: 4, text: 'Lovely.', status: 'PUBLISHED', providerId: booking.providerId });
    const told = await marketing.runtime.database.tenants
      .of({ tenant: ACME })
      .outboxEvent.findFirst({ where: { type: 'marketing.review_submitted' }, orderBy: { id: 'desc' } });
    expect(told?.payload).toEqual({
      reviewId: review.id,
      bookingId: booking.bookingId,
      providerId: booking.providerId,
      rating: 4,
    });
  });

  it('are taken from nobody else, alike for a booking that does not exist', async () => {
    const booking = await complete();
    await expect(submit(booking, memberOf())).rejects.toThrow(new NotFoundError('Completed booking'));
    await expect(submit(booking, moderator)).rejects.toThrow(new NotFoundError('Completed booking'));
    await expect(submit(bookedFacts(), memberOf())).rejects.toThrow(new NotFoundError('Completed booking'));
    await expect(submit(booking, ANONYMOUS)).rejects.toThrow(UnauthenticatedError);
    await expect(submit(booking, clientOf(booking), { tenant: GLOBEX })).rejects.toThrow(NotFoundError);
  });

  it('are not taken before the booking took place, nor of a client who does not sign in', async () => {
    const open = bookedFacts();
    await marketing.tell('booking.confirmed', open);
    await expect(submit(open, clientOf(open))).rejects.toThrow(NotFoundError);
    const nobodys = await complete({ clientUserId: null });
    await expect(submit(nobodys, memberOf())).rejects.toThrow(NotFoundError);
  });

  it('are taken once a booking, also when both come at the same moment', async () => {
    const booking = await complete();
    const client = clientOf(booking);
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((rating) => submit(booking, client, { rating })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(submit(booking, client)).rejects.toThrow(ConflictError);
    expect((await ratingOf(booking.providerId)).count).toBe(1);
  });

  it.each([
    [{ rating: 0 }, 'rating'],
    [{ rating: 6 }, 'rating'],
    [{ rating: 4.5 }, 'rating'],
    [{ text: 'x'.repeat(2_001) }, 'text'],
    [{ text: 'bell\u0007' }, 'text'],
  ])('are refused with %j, naming the field', async (flaw, field) => {
    const booking = await complete();
    const refused = submit(booking, clientOf(booking), flaw);
    await expect(refused).rejects.toThrow(ValidationError);
    await expect(refused).rejects.toMatchObject({ issues: [{ field }] });
  });

  it('come to the rating of their provider, until they are hidden', async () => {
    const providerId = uuidv7();
    const reviews = [];
    for (const rating of [5, 4, 1]) {
      const booking = await complete({ providerId });
      reviews.push({ booking, review: await submit(booking, clientOf(booking), { rating }) });
    }
    expect(await ratingOf(providerId)).toEqual({ average: 3.33, count: 3 });
    expect(await ratingOf(providerId, GLOBEX)).toEqual({ average: null, count: 0 });
    const worst = reviews[2];
    if (!worst) throw new Error('no review');
    await expect(service().hide(contextFor(ACME, clientOf(worst.booking)), worst.review.id)).rejects.toThrow(ForbiddenError);
    await expect(service().hide(contextFor(GLOBEX, moderator), worst.review.id)).rejects.toThrow(NotFoundError);
    expect(await service().hide(contextFor(ACME, moderator), worst.review.id)).toMatchObject({ status: 'HIDDEN' });
    expect(await service().hide(contextFor(ACME, moderator), worst.review.id)).toMatchObject({ status: 'HIDDEN' });
    expect(await ratingOf(providerId)).toEqual({ average: 4.5, count: 2 });

    const seenBy = (as: Principal) => service().ofBooking(contextFor(ACME, as), worst.booking.bookingId);
    expect(await seenBy(clientOf(worst.booking))).not.toBeNull();
    expect(await seenBy(moderator)).not.toBeNull();
    expect(await seenBy(memberOf())).toBeNull();
    expect(await service().find(contextFor(ACME), worst.review.id)).toBeNull();
  });

  it('stay as they are when everything is told again', async () => {
    const booking = await complete();
    await submit(booking, clientOf(booking));
    await marketing.tell('booking.completed', booking);
    await marketing.replay();
    expect((await ratingOf(booking.providerId)).count).toBe(1);
    expect(await marketing.deadLetters()).toEqual([]);
  });

  it('are joined to providers and bookings for everybody, page by page in both directions', async () => {
    const [providerId, silent] = [uuidv7(), uuidv7()];
    const bookings: BookingFacts[] = [];
    for (const rating of [1, 2, 3]) {
      const booking = await complete({ providerId });
      bookings.push(booking);
      await submit(booking, clientOf(booking), { rating });
    }
    const PROVIDERS = `query ($of: [_Any!]!, $first: Int, $after: String, $last: Int, $before: String) {
      _entities(representations: $of) {
        ... on Provider {
          rating { average count }
          reviews(first: $first, after: $after, last: $last, before: $before) {
            edges { node { rating status provider { id } } }
            pageInfo { endCursor startCursor hasNextPage }
          }
        }
        ... on Booking { review { rating } }
      }
    }`;
    const read = async (args: Record<string, unknown>) => {
      const { data, errors } = await marketing.graphql(PROVIDERS, {
        variables: {
          of: [
            { __typename: 'Provider', id: ProviderId.encode(providerId) },
            { __typename: 'Provider', id: ProviderId.encode(silent) },
            { __typename: 'Booking', id: BookingId.encode(bookings[1]?.bookingId ?? '') },
          ],
          ...args,
        },
      });
      expect(errors).toBeUndefined();
      return (data as {
        _entities: [
          {
            rating: unknown;
            reviews: { edges: { node: { rating: number } }[]; pageInfo: { endCursor: string; hasNextPage: boolean } };
          },
          unknown,
          unknown,
        ];
      })._entities;
    };
    const [provider, other, booking] = await read({ first: 2 });
    expect(provider.rating).toEqual({ average: 2, count: 3 });
    expect(provider.reviews.edges.map(({ node }) => node.rating)).toEqual([3, 2]);
    expect(provider.reviews.pageInfo.hasNextPage).toBe(true);
    expect(other).toMatchObject({ rating: { average: null, count: 0 }, reviews: { edges: [] } });
    expect(booking).toEqual({ review: { rating: 2 } });
    const [next] = await read({ first: 2, after: provider.reviews.pageInfo.endCursor });
    expect(next.reviews.edges.map(({ node }) => node.rating)).toEqual([1]);
    const [last] = await read({ last: 2 });
    expect(last.reviews.edges.map(({ node }) => node.rating)).toEqual([2, 1]);
  });
});
