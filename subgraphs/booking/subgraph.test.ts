import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { composeServices } from '@apollo/composition';
import { printSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { openShop, systemOf, type Shop } from '../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, createTestClock, GLOBEX, memberOf } from '../../tests/support/runtime.js';
import { encodePosition } from '../_kernel/events/event.js';
import { uuidv7 } from '../_kernel/request/ids.js';
import { ANONYMOUS, type Principal } from '../_kernel/wire/principal.js';
import { UserId } from '../identity/ids.js';
import type { TenancyEvents } from '../tenancy/events.js';
import { ProviderId, ServiceId } from './ids.js';
import type { BookingServices } from './services.js';
import { createBooking } from './subgraph.js';

const clock = createTestClock(new Date('2027-03-08T08:00:00Z'));

describe("booking's part of the graph", () => {
  let hosted: HostedSubgraph<BookingServices, TenancyEvents>;
  let shop: Shop;
  let sdl: string;

  beforeAll(async () => {
    hosted = await startHostedSubgraph(createBooking, clock);
    sdl = printSubgraphSchema(hosted.subgraph.schema);
    shop = await openShop(hosted.subgraph.services, ACME, { clock });
  });
  afterAll(() => hosted.stop());

  const run = (source: string, variables: Record<string, unknown> = {}, principal: Principal = ANONYMOUS) =>
    hosted.graphql(source, { variables, as: principal });
  const data = (result: unknown) => JSON.parse(JSON.stringify(result)) as unknown;

  it('composes by itself', () => {
    const { errors } = composeServices([{ name: 'booking', url: 'http://booking', typeDefs: parse(sdl) }]);
    expect(errors).toBeUndefined();
  });

  it('says of every root field who may ask for it', () => {
    const roots = /^type (?:Query|Mutation|Subscription)\s*\{[\s\S]*?^\}/gm;
    const bare = (type: string): string => type.replace(/"""[\s\S]*?"""|"[^"\n]*"/g, '""');
    const fields = (sdl.match(roots) ?? []).flatMap(
      (type) => bare(type).match(/^ {2}(?:\w+(?:\([\s\S]*?^ {2}\))?: .*)$/gm) ?? [],
    );
    expect(fields.length).toBeGreaterThanOrEqual(18);
    expect(fields.filter((field) => !/@authenticated|@requiresScopes|@tag/.test(field))).toEqual([]);
  });

  const SEARCH = `query ($serviceId: ID!) {
    availableSlots(serviceId: $serviceId, from: "2027-03-14", days: 1, first: 2) {
      edges {
        node {
          startsAt endsAt localStart timeZone
          provider {
            id name
            offerings { price { amount currency } service { name } }
            workingHours { weekday start end }
          }
        }
      }
      pageInfo { hasNextPage }
    }
  }`;
  const CREATE = `mutation ($input: CreateBookingInput!) {
    createBooking(input: $input) {
      __typename
      ... on Booking {
        id reference status localStart heldUntil
        price { amount currency }
        client { user { id } displayName }
        statusHistory { from to }
      }
      ... on UserError { code message }
      ... on ValidationError { issues { field message } }
    }
  }`;

  it('leads from a search by anybody to a booking that its client follows live', async () => {
    const userId = uuidv7();
    const client = memberOf([], { userId });
    const serviceId = ServiceId.encode(shop.serviceId);
    const found = data(await run(SEARCH, { serviceId })) as {
      data: { availableSlots: { edges: { node: { startsAt: string; provider: { id: string } } }[] } };
    };
    expect(found).toMatchObject({
      data: {
        availableSlots: {
          edges: [
            {
              node: {
                startsAt: '2027-03-14T13:00:00.000Z',
                endsAt: '2027-03-14T14:00:00.000Z',
                localStart: '2027-03-14T09:00:00',
                timeZone: 'America/New_York',
                provider: {
                  name: 'Provider 1',
                  offerings: [{ price: { amount: 5_000, currency: 'USD' }, service: { name: 'Consultation' } }],
                },
              },
            },
            { node: { localStart: '2027-03-14T09:15:00' } },
          ],
          pageInfo: { hasNextPage: true },
        },
      },
    });

    await hosted.runtime.everythingTold();
    const stream = await hosted.follow(
      `subscription ($after: String) {
        bookingUpdated(after: $after) { cursor booking { status client { displayName } } }
      }`,
      { variables: { after: encodePosition(await hosted.runtime.log.head()) }, as: client },
    );
    const update = stream.next();
    const slot = found.data.availableSlots.edges[0]?.node;
    const input = { serviceId, providerId: slot?.provider.id, startsAt: slot?.startsAt, idempotencyKey: uuidv7() };
    const created = data(await run(CREATE, { input }, client));
    expect(created).toMatchObject({
      data: {
        createBooking: {
          __typename: 'Booking',
          status: 'PENDING',
          localStart: '2027-03-14T09:00:00',
          price: { amount: 5_000, currency: 'USD' },
          client: { user: { id: UserId.encode(userId) }, displayName: 'Client' },
          statusHistory: [{ from: null, to: 'PENDING' }],
        },
      },
    });
    expect(data((await update).value)).toMatchObject({
      data: { bookingUpdated: { booking: { status: 'PENDING', client: { displayName: 'Client' } } } },
    });
    await stream.return(undefined);

    const taken = data(await run(CREATE, { input: { ...input, idempotencyKey: uuidv7() } }, client));
    expect(taken).toMatchObject({ data: { createBooking: { __typename: 'ConflictError', code: 'SLOT_UNAVAILABLE' } } });
  });

  it('answers what is refused as a type of its own', async () => {
    const client = memberOf();
    const input = {
      serviceId: ServiceId.encode(shop.serviceId),
      providerId: ProviderId.encode(shop.providerIds[0] ?? ''),
      startsAt: '2027-03-15T13:00:00Z',
      idempotencyKey: 'has spaces in it',
    };
    expect(data(await run(CREATE, { input }, client))).toMatchObject({
      data: { createBooking: { __typename: 'ValidationError', issues: [{ field: 'idempotencyKey' }] } },
    });
    expect(data(await run(CREATE, { input: { ...input, providerId: 'prv_nonsense' } }, client))).toMatchObject({
      data: { createBooking: { __typename: 'NotFoundError', code: 'NOT_FOUND' } },
    });
    expect(data(await run(`mutation { completeBooking(id: "bkg_1") { __typename } }`, {}, client))).toEqual({
      data: { completeBooking: { __typename: 'NotFoundError' } },
    });
  });

  it('lets a provider who awaits her approval be booked once a workflow has decided so, and no more when it decides otherwise', async () => {
    const { providers, catalogue, workingHours, reservations } = hosted.subgraph.services;
    const system = systemOf(ACME, clock);
    const { id: providerId } = await providers.create(system, { name: 'New', type: 'TUTOR', awaitsApproval: true });
    await workingHours.set(system, { providerId, hours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, start: '09:00', end: '17:00' })) });
    await catalogue.offer(system, { providerId, serviceId: shop.serviceId });
    const book = (startsAt: string) => {
      const wanted = { serviceId: shop.serviceId, providerId, startsAt: new Date(startsAt), idempotencyKey: uuidv7() };
      return reservations.create(contextFor(ACME, memberOf(), clock), wanted);
    };
    const decide = async (decision: 'APPROVED' | 'REJECTED', entityId = ProviderId.encode(providerId), tenant = ACME): Promise<void> => {
      const run = { runId: uuidv7(), workflow: 'provider-onboarding', entityType: 'Provider', entityId, depth: 0 };
      await hosted.tell('tenancy.entity_decided', { ...run, decision }, { tenant });
      await hosted.settle(tenant);
    };
    const unknown = { code: 'NOT_FOUND' };
    await expect(book('2027-03-10T15:00:00Z')).rejects.toMatchObject(unknown);
    await decide('APPROVED', ProviderId.encode(providerId), GLOBEX);
    await decide('APPROVED', ProviderId.encode(uuidv7()));
    await decide('APPROVED', 'ven_1');
    await expect(book('2027-03-10T15:00:00Z')).rejects.toMatchObject(unknown);
    await decide('APPROVED');
    await expect(book('2027-03-10T15:00:00Z')).resolves.toMatchObject({ providerId });
    await decide('REJECTED');
    await expect(book('2027-03-11T15:00:00Z')).rejects.toMatchObject(unknown);
    expect(await hosted.deadLetters()).toEqual([]);
  });

  it('resolves references to what may be seen, and to nothing else', async () => {
    const source = `query ($of: [_Any!]!) {
      _entities(representations: $of) { __typename ... on Provider { name } ... on Client { displayName } }
    }`;
    const of = [
      { __typename: 'Provider', id: ProviderId.encode(shop.providerIds[0] ?? '') },
      { __typename: 'Provider', id: ProviderId.encode(uuidv7()) },
      { __typename: 'Client', id: 'cli_nonsense' },
    ];
    expect(data(await run(source, { of }))).toEqual({
      data: { _entities: [{ __typename: 'Provider', name: 'Provider 1' }, null, null] },
    });
  });
});
