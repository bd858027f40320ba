import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bookedFacts } from '../../../tests/support/booking.js';
import { startHostedSubgraph, type HostedSubgraph } from '../../../tests/support/hosted-subgraph.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../tests/support/runtime.js';
import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { BookingEvents } from '../../booking/events.js';
import { BookingId, ClientId } from '../../booking/ids.js';
import type { MarketingServices } from '../services.js';
import { createMarketing } from '../subgraph.js';

const staff = memberOf(['patients:read', 'patients:update']);

describe('loyalty', () => {
  let marketing: HostedSubgraph<MarketingServices, BookingEvents>;
  beforeAll(async () => {
    marketing = await startHostedSubgraph<MarketingServices, BookingEvents>(createMarketing);
  });
  afterAll(() => marketing.stop());

  /** A client whom booking has just taken in. */
  const keepClient = async (tenant: TenantIdentity = ACME) => {
    const clientId = uuidv7();
    const userId = uuidv7();
    await marketing.tell('booking.client_kept', { clientId, userId, displayName: 'Ana' }, { tenant });
    return { clientId, userId, principal: memberOf([], { userId, roles: ['USER'] }) };
  };
  type Client = Awaited<ReturnType<typeof keepClient>>;

  const complete = (client: Pick<Client, 'clientId' | 'userId'>, amount = 12_050) =>
    marketing.tell(
      'booking.completed',
      bookedFacts({ clientId: client.clientId, clientUserId: client.userId, price: { amount, currency: 'USD' } }),
    );
  const accountOf = (clientId: string, as: Principal = staff, tenant: TenantIdentity = ACME) =>
    marketing.subgraph.services.loyalty.ofClient(contextFor(tenant, as), clientId);
  const awards = () =>
    marketing.runtime.database.tenants.of({ tenant: ACME }).outboxEvent.count({ where: { type: 'marketing.points_awarded' } });
  const sumOfEntries = async (accountId: string, tenant: TenantIdentity = ACME) => {
    const { _sum } = await marketing.runtime.database.tenants
      .of({ tenant })
      .loyaltyEntry.aggregate({ where: { accountId }, _sum: { points: true } });
    return _sum.points ?? 0;
  };
  const adjust = (clientId: string, points: number, idempotencyKey: string = uuidv7(), as: Principal = staff) =>
    marketing.subgraph.services.adjustments.adjust(contextFor(ACME, as), {
      clientId,
      points,
      reason: 'goodwill',
      idempotencyKey,
    });

  it('shows a client of just now her empty account without being waited for', async () => {
    const client = await keepClient();
    expect(await accountOf(client.clientId, client.principal)).toMatchObject({ points: 0, lifetimePoints: 0 });
  });

  it('gives points for a completed booking and tells of them', async () => {
    const client = await keepClient();
    const before = await awards();
    await complete(client);
    await marketing.settle();
    expect(await accountOf(client.clientId)).toMatchObject({ points: 120, lifetimePoints: 120 });
    expect(await awards()).toBe(before + 1);
  });

  it('opens the account with the first completed booking of somebody whom it was never told of', async () => {
    const clientId = uuidv7();
    await marketing.tell('booking.completed', bookedFacts({ clientId, clientUserId: null }));
    await marketing.settle();
    expect(await accountOf(clientId)).toMatchObject({ points: 120, userId: null });
  });

  it('learns who the client is even when that is told after the booking', async () => {
    const clientId = uuidv7();
    const userId = uuidv7();
    await marketing.tell('booking.completed', bookedFacts({ clientId, clientUserId: null }));
    await marketing.tell('booking.client_kept', { clientId, userId, displayName: 'Late' });
    await marketing.settle();
    expect(await accountOf(clientId, memberOf([], { userId }))).toMatchObject({ points: 120 });
  });

  it('gives nothing for what was free', async () => {
    const client = await keepClient();
    const before = await awards();
    await complete(client, 0);
    await marketing.settle();
    expect(await accountOf(client.clientId)).toMatchObject({ points: 0 });
    expect(await awards()).toBe(before);
  });

  it('gives the points of a booking once, however often it is told and whatever is replayed', async () => {
    const client = await keepClient();
    const facts = bookedFacts({ clientId: client.clientId, clientUserId: client.userId });
    for (let n = 0; n < 3; n += 1) await marketing.tell('booking.completed', facts);
    await marketing.settle();
    const told = await awards();
    await marketing.replay();
    expect(await accountOf(client.clientId)).toMatchObject({ points: 120, lifetimePoints: 120 });
    expect(await awards()).toBe(told);
    expect(await marketing.deadLetters()).toEqual([]);
  });

  it('keeps every balance the sum of its entries, also while awards and adjustments come at once', async () => {
    const client = await keepClient();
    await marketing.settle();
    await Promise.all([
      ...Array.from({ length: 10 }, () => complete(client, 1_000)),
      ...Array.from({ length: 10 }, () => adjust(client.clientId, 7)),
    ]);
    await marketing.settle();
    const account = await accountOf(client.clientId);
    expect(account).toMatchObject({ points: 170, lifetimePoints: 170 });
    const accounts = await marketing.runtime.database.tenants.of({ tenant: ACME }).loyaltyAccount.findMany();
    for (const { id, points } of accounts) expect(await sumOfEntries(id)).toBe(points);
  });

  describe('an account', () => {
    it('is seen by its client and by who looks after clients, and by nobody else', async () => {
      const client = await keepClient();
      await marketing.settle();
      expect(await accountOf(client.clientId, client.principal)).not.toBeNull();
      expect(await accountOf(client.clientId, memberOf(['patients:read']))).not.toBeNull();
      expect(await accountOf(client.clientId, memberOf(['billing:read']))).toBeNull();
      expect(await accountOf(client.clientId, { kind: 'anonymous' })).toBeNull();
    });

    it('does not exist next door, even under the same client id', async () => {
      const client = await keepClient(GLOBEX);
      await marketing.settle(GLOBEX);
      expect(await accountOf(client.clientId, staff, GLOBEX)).not.toBeNull();
      expect(await accountOf(client.clientId, staff, ACME)).toBeNull();
      expect(await accountOf(client.clientId, client.principal, ACME)).toBeNull();
    });

    it('cannot have its entries changed', async () => {
      const client = await keepClient();
      await complete(client);
      await marketing.settle();
      const change = marketing.runtime.database.tenants
        .of({ tenant: ACME })
        .loyaltyEntry.updateMany({ data: { points: 1_000_000 } });
      await expect(change).rejects.toThrow(/permission denied|append-only/);
    });
  });

  describe('an adjustment', () => {
    it('changes balance and lifetime, and happens once for one key', async () => {
      const client = await keepClient();
      const key = uuidv7();
      expect(await adjust(client.clientId, 40, key)).toMatchObject({ points: 40, lifetimePoints: 40 });
      expect(await adjust(client.clientId, 40, key)).toMatchObject({ points: 40, lifetimePoints: 40 });
      expect(await adjust(client.clientId, -15)).toMatchObject({ points: 25, lifetimePoints: 25 });
      await expect(adjust(client.clientId, 41, key)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    });

    it('never takes more than there is, however many try at once', async () => {
      const client = await keepClient();
      await adjust(client.clientId, 50);
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => adjust(client.clientId, -20)));
      const refused = tries.filter((outcome) => outcome.status === 'rejected');
      expect(refused.map(({ reason }) => (reason as Error).constructor)).toEqual(Array(6).fill(ConflictError));
      expect(await accountOf(client.clientId)).toMatchObject({ points: 10 });
    });

    it('is refused without the permission, of nothing, and for a client nobody knows', async () => {
      const client = await keepClient();
      await expect(adjust(client.clientId, 1, 'k', memberOf(['patients:read']))).rejects.toThrow(ForbiddenError);
      await expect(adjust(client.clientId, 0)).rejects.toThrow(ValidationError);
      await expect(adjust(client.clientId, 1.5)).rejects.toThrow(ValidationError);
      await expect(adjust(client.clientId, 1, 'not a key')).rejects.toThrow(ValidationError);
      await expect(adjust(uuidv7(), 1)).rejects.toThrow(NotFoundError);
    });
  });

  describe('in the graph', () => {
    const CLIENTS = `query ($ids: [_Any!]!) {
      _entities(representations: $ids) {
        ... on Client { id loyaltyAccount { points tier entries(first: 2) { edges { node { points reason booking { id } } } pageInfo { hasNextPage } } } }
      }
    }`;
    const representations = (clients: readonly Client[]) =>
      clients.map(({ clientId }) => ({ __typename: 'Client', id: ClientId.encode(clientId) }));

    it('joins the account to its client, with the newest entries first', async () => {
      const [one, other] = [await keepClient(), await keepClient()];
      const facts = bookedFacts({ clientId: one.clientId, clientUserId: one.userId, price: { amount: 60_000, currency: 'USD' } });
      await marketing.tell('booking.completed', facts, { at: new Date('2027-01-31T15:00:00Z') });
      await marketing.settle();
      await adjust(one.clientId, 5);
      await adjust(one.clientId, -3);
      const { data, errors } = await marketing.graphql(CLIENTS, {
        variables: { ids: representations([one, other]) },
        as: staff,
      });
      expect(errors).toBeUndefined();
      const [first, second] = (data as { _entities: { loyaltyAccount: unknown }[] })._entities;
      expect(first?.loyaltyAccount).toEqual({
        points: 602,
        tier: 'SILVER',
        entries: {
          edges: [
            // The booking was completed in what is the future to the adjustments.
            { node: { points: 600, reason: 'EARNED_FOR_BOOKING', booking: { id: BookingId.encode(facts.bookingId) } } },
            { node: { points: -3, reason: 'ADJUSTED', booking: null } },
          ],
          pageInfo: { hasNextPage: true },
        },
      });
      expect(second?.loyaltyAccount).toEqual({
        points: 0,
        tier: 'BRONZE',
        entries: { edges: [], pageInfo: { hasNextPage: false } },
      });
    });

    it('pages through entries in both directions without a gap', async () => {
      const client = await keepClient();
      for (let n = 1; n <= 5; n += 1) await adjust(client.clientId, n);
      const page = async (args: string) => {
        const { data } = await marketing.graphql(
          `{ myLoyaltyAccount { entries(${args}) { edges { node { points } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }`,
          { as: client.principal },
        );
        const { entries } = (data as {
          myLoyaltyAccount: {
            entries: {
              edges: { node: { points: number } }[];
              pageInfo: { startCursor: string; endCursor: string; hasNextPage: boolean; hasPreviousPage: boolean };
            };
          };
        }).myLoyaltyAccount;
        return { points: entries.edges.map(({ node }) => node.points), ...entries.pageInfo };
      };
      const first = await page('first: 2');
      const second = await page(`first: 2, after: "${first.endCursor}"`);
      const third = await page(`first: 2, after: "${second.endCursor}"`);
      expect([first.points, second.points, third.points]).toEqual([[5, 4], [3, 2], [1]]);
      expect([first.hasNextPage, second.hasNextPage, third.hasNextPage]).toEqual([true, true, false]);
      const back = await page(`last: 2, before: "${third.startCursor}"`);
      expect(back).toMatchObject({ points: [3, 2], hasPreviousPage: true });
      expect((await page('last: 2')).points).toEqual([2, 1]);
    });

    it('says nothing of an account that is not yours, nor of an id that is none', async () => {
      const client = await keepClient();
      await marketing.settle();
      const { data, errors } = await marketing.graphql(CLIENTS, {
        variables: { ids: [...representations([client]), { __typename: 'Client', id: 'cli_nonsense' }] },
        as: memberOf(),
      });
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ _entities: [{ loyaltyAccount: null }, { loyaltyAccount: null }] });
    });

    it('answers a refused adjustment as a failure of its union', async () => {
      const client = await keepClient();
      await marketing.settle();
      const { data } = await marketing.graphql(
        `mutation ($input: AdjustLoyaltyPointsInput!) {
           adjustLoyaltyPoints(input: $input) { __typename ... on UserError { code } }
         }`,
        {
          variables: { input: { clientId: ClientId.encode(client.clientId), points: -1, reason: 'x', idempotencyKey: 'a' } },
          as: staff,
        },
      );
      expect(data).toEqual({ adjustLoyaltyPoints: { __typename: 'ConflictError', code: 'CONFLICT' } });
    });
  });
});
