import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodePosition, LOG_START } from '../../subgraphs/_kernel/events/event.js';
import type { Graph, GraphAnswer } from '../../clients/cli/graph.js';
import { bookPayAndBeTold, COMPANIES, DEMO_PASSWORD, graphOf } from '../journeys/main-job.js';
import { eventually } from '../support/runtime.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { bearer, knock, tokensOf, tryLogin, type Reply } from './attacker.js';
import { queryDatabase } from './database.js';

const FROM_THE_START = encodePosition(LOG_START);

interface Page<Node> {
  readonly edges: readonly { readonly node: Node }[];
}

const nodesOf = <Node>({ edges }: Page<Node>): readonly Node[] => edges.map(({ node }) => node);

describe('somebody who is signed in', () => {
  const log: string[] = [];
  let platform: TestPlatform;
  const tokens: Record<'client' | 'staff' | 'owner' | 'foreigner' | 'viewer', string> = { client: '', staff: '', owner: '', foreigner: '', viewer: '' };
  type Person = keyof typeof tokens;

  const ask = (person: Person, query: string, variables: object = {}): Promise<Reply> =>
    knock(platform.url, {
      headers: { ...bearer(tokens[person]), host: person === 'foreigner' ? 'globex.localhost' : 'acme.localhost' },
      body: { query, variables },
    });
  const graph = (person: Person): Graph => graphOf(platform.url, person === 'foreigner' ? 'globex' : 'acme').as(tokens[person]);
  const dataOf = async <Data>(person: Person, query: string, variables: object = {}): Promise<Data> => (await ask(person, query, variables)).data as Data;

  /** How often each subgraph was asked so far. */
  const fetches = async (): Promise<Readonly<Record<string, number>>> => {
    const { text } = await knock(platform.figuresUrl, { method: 'GET', path: '/metrics' });
    const counts: Record<string, number> = {};
    for (const [, subgraph = '', count] of text.matchAll(/^spine_gateway_subgraph_fetch_seconds_count\{subgraph="(\w+)"[^}]*\} (\d+)$/gm)) {
      counts[subgraph] = (counts[subgraph] ?? 0) + Number(count);
    }
    return counts;
  };

  beforeAll(async () => {
    platform = await startTestPlatform({
      environment: { APP_ENV: 'production', LOG_LEVEL: 'debug' },
      onLog: (line) => log.push(line),
    });
    for (const name of ['client', 'staff', 'owner'] as const) {
      tokens[name] = (await tokensOf(platform.url, `${name}@acme.example`)).accessToken;
    }
    tokens.foreigner = (await tokensOf(platform.url, 'owner@globex.example')).accessToken;
    const viewer = { email: 'viewer@acme.example', displayName: 'Viewer', password: DEMO_PASSWORD, roles: ['VIEWER'] };
    await ask('owner', 'mutation ($input: RegisterTenantUserInput!) { registerTenantUser(input: $input) { __typename } }', { input: viewer });
    tokens.viewer = (await tokensOf(platform.url, viewer.email)).accessToken;
  }, PLATFORM_START_MS);
  afterAll(() => platform.stop());

  it('sees, as a client, nothing of other clients by any way through the graph', async () => {
    const { bookings, payments, clients } = await dataOf<{
      bookings: Page<{ id: string; client: { id: string } }>;
      payments: Page<{ id: string; client: { id: string } | null }>;
      clients: Page<{ id: string; displayName: string; email: string | null }>;
    }>('owner', '{ bookings(first: 100) { edges { node { id client { id } } } } payments(first: 100) { edges { node { id client { id } } } } clients(first: 100) { edges { node { id displayName email } } } }');
    const { myBookings } = await dataOf<{ myBookings: Page<{ id: string; client: { id: string } }> }>('client', '{ myBookings(first: 100) { edges { node { id client { id } } } } }');
    const own = nodesOf(myBookings)[0]?.client.id;
    expect(own).toBeDefined();
    const others = nodesOf(bookings).filter(({ client }) => client.id !== own).slice(0, 5);
    expect(others).toHaveLength(5);
    for (const { id } of others) {
      const answer = await ask('client', 'query ($id: ID!) { booking(id: $id) { id reference note payment { id } client { displayName } } }', { id });
      expect(answer.data).toEqual({ booking: null });
    }
    const paid = nodesOf(payments).filter(({ client }) => client?.id !== own).slice(0, 5);
    expect(paid).toHaveLength(5);
    for (const { id } of paid) {
      expect((await ask('client', 'query ($id: ID!) { payment(id: $id) { id amount { amount } bill { id } booking { reference } } }', { id })).data).toEqual({ payment: null });
    }
    const reviews = await ask(
      'client',
      '{ providers(first: 20) { edges { node { reviews(first: 50) { edges { node { rating booking { id reference note client { id displayName email user { id displayName } loyaltyAccount { points } } payment { id } payments { id } } } } } } } } }',
    );
    const mine = new Set(nodesOf(myBookings).map(({ id }) => id));
    for (const [id = ''] of reviews.text.matchAll(/bkg_[0-9a-f]{32}/g)) expect(mine).toContain(id);
    for (const { id, displayName } of nodesOf(clients).filter((client) => client.id !== own)) {
      expect(reviews.text).not.toContain(id);
      expect(reviews.text).not.toContain(displayName);
    }
  });

  it("changes, as a client, nothing that is another's", async () => {
    const { bookings } = await dataOf<{ bookings: Page<{ id: string; client: { user: { id: string } | null } }> }>('owner', '{ bookings(first: 100) { edges { node { id client { user { id } } } } } }');
    const theirs = nodesOf(bookings).find(({ client }) => client.user === null)?.id;
    const [notification] = await queryDatabase<{ id: string }>(
      platform,
      `SELECT n.id FROM ops.notification n JOIN identity."user" u ON u.id = n.user_id WHERE u.email = 'owner@acme.example' LIMIT 1`,
    );
    const changes: readonly (readonly [string, object])[] = [
      ['mutation ($id: ID!) { cancelBooking(id: $id) { ... on UserError { code } } }', { id: theirs }],
      [
        'mutation ($input: PayForBookingInput!) { payForBooking(input: $input) { ... on UserError { code } } }',
        { input: { bookingId: theirs, paymentMethodId: 'pm_card_visa', idempotencyKey: 'theirs-1' } },
      ],
      ['mutation ($input: SubmitReviewInput!) { submitReview(input: $input) { ... on UserError { code } } }', { input: { bookingId: theirs, rating: 1 } }],
      ['mutation ($ids: [ID!]!) { markNotificationsRead(ids: $ids) { ... on UserError { code } } }', { ids: [`ntf_${notification?.id.replaceAll('-', '') ?? '0'.repeat(32)}`] }],
    ];
    for (const [query, variables] of changes) {
      const { text } = await ask('client', query, variables);
      expect(text).toMatch(/"code":"(NOT_FOUND|BAD_USER_INPUT)"/);
    }
  });

  it('does not rise above her roles', async () => {
    const settings = ['mutation { updateTenantSettings(input: { name: "Mine" }) { __typename } }', {}] as const;
    const enrol = [
      'mutation ($input: RegisterTenantUserInput!) { registerTenantUser(input: $input) { __typename } }',
      { input: { email: 'risen@acme.example', displayName: 'Risen', password: DEMO_PASSWORD, roles: ['OWNER'] } },
    ] as const;
    const tenant = [
      'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { __typename } }',
      { input: { name: 'Mine', slug: 'mine', plan: 'ENTERPRISE', timeZone: 'UTC', currency: 'USD' } },
    ] as const;
    const adminUser = [
      'mutation ($input: RegisterAdminUserInput!) { registerAdminUser(input: $input) { __typename } }',
      { input: { email: 'risen@acme.example', displayName: 'Risen', password: DEMO_PASSWORD, role: 'SUPER_ADMIN' } },
    ] as const;
    const refund = [
      'mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) { __typename } }',
      { input: { paymentId: `pay_${'0'.repeat(32)}`, reason: 'REQUESTED_BY_CLIENT', idempotencyKey: 'rise-1' } },
    ] as const;
    const attempts: readonly (readonly [Person, readonly [string, object]])[] = [
      ['client', settings],
      ['staff', settings],
      ['client', enrol],
      ['staff', enrol],
      ['viewer', enrol],
      ['owner', tenant],
      ['owner', adminUser],
      ['client', refund],
      ['staff', refund],
      ['viewer', refund],
      ['viewer', ['{ payments { edges { node { id } } } }', {}]],
      ['viewer', ['{ ledgerAccounts { id } }', {}]],
      ['owner', ['{ tenants { edges { node { id } } } }', {}]],
      ['staff', ['{ auditEntries { edges { node { id } } } }', {}]],
    ];
    const before = await fetches();
    for (const [person, [query, variables]] of attempts) {
      const { codes, data } = await ask(person, query, variables);
      expect({ person, query, codes, left: Object.values((data ?? {})) }).toEqual({ person, query, codes: ['UNAUTHORIZED_FIELD_OR_TYPE'], left: [null] });
    }
    // Nothing of it reached a subgraph.
    expect(before).toMatchObject({ identity: expect.any(Number) as unknown });
    expect(await fetches()).toEqual(before);
    const roles = await knock(platform.url, {
      body: { query: 'mutation { register(input: { email: "r@acme.example", password: "Spine-demo-1!", displayName: "R", roles: ["OWNER"] }) { __typename } }' },
    });
    expect(roles.status).toBe(400);
    const admin = await knock(platform.url, {
      headers: { host: 'localhost' },
      body: { query: `mutation { adminLogin(input: { email: "owner@acme.example", password: "${DEMO_PASSWORD}" }) { ... on AdminAuthPayload { accessToken } ... on UserError { code } } }` },
    });
    expect(admin.data).toEqual({ adminLogin: { code: 'UNAUTHENTICATED' } });
  });

  it('learns of a person of another company no more than she knows', async () => {
    const input = { email: 'client@globex.example', displayName: 'Mine', password: 'Guessed-pass-1!', roles: ['USER'] };
    const answer = await ask(
      'owner',
      'mutation ($input: RegisterTenantUserInput!) { registerTenantUser(input: $input) { ... on Membership { user { displayName status } } ... on UserError { code } } }',
      { input },
    );
    expect(answer.data).toEqual({ registerTenantUser: { code: 'CONFLICT' } });
    const members = await ask('owner', '{ members(first: 100) { edges { node { user { email } } } } }');
    expect(members.text).not.toContain('globex.example');
  });

  it('is answered by a list that an id of another company filters as by one that an unknown id does, and the platform is told', async () => {
    const [theirs] = await queryDatabase<{ hex: string }>(
      platform,
      `SELECT replace(p.id::text, '-', '') AS hex FROM booking.provider p JOIN tenancy.tenant t ON t.id = p.tenant_id WHERE t.slug = 'globex' LIMIT 1`,
    );
    const list = (id: string) => ask('owner', 'query ($filter: BookingFilter) { bookings(filter: $filter) { edges { cursor } } }', { filter: { providerId: id } });
    const foreign = `prv_${theirs?.hex}`;
    const [known, unknown] = [await list(foreign), await list(`prv_${'0'.repeat(19)}1${'0'.repeat(12)}`)];
    expect(known.data).toEqual({ bookings: { edges: [] } });
    expect(known.text).toBe(unknown.text);
    const named = () => queryDatabase<{ id: string }>(platform, `SELECT payload->>'id' AS id FROM kernel.outbox_event WHERE type = 'kernel.foreign_id_named'`);
    await eventually(async () => (await named()).some(({ id }) => id === foreign), 30_000);
  });

  it('is given nothing that was cut, and it is fetched for nobody, however it is asked for', async () => {
    const hidden = 'payments(first: 1) { edges { node { id amount { amount } } } }';
    const ways: readonly (readonly [string, object])[] = [
      [`{ ${hidden} }`, {}],
      [`{ a: ${hidden} b: ${hidden} }`, {}],
      [`{ ...A } fragment A on Query { ...B } fragment B on Query { x: ${hidden} }`, {}],
      [`{ ... on Query { ... @include(if: true) { ${hidden} } } }`, {}],
      [`query ($yes: Boolean!) { ${hidden.replace('payments(first: 1)', 'payments(first: 1) @include(if: $yes)')} }`, { yes: true }],
      [`query ($no: Boolean = false) { x: payments @skip(if: $no) { __typename } }`, {}],
      [`{ payments { __typename } }`, {}],
      [`{ incidents { __typename edges { node { __typename } } } auditEntries { edges { node { meta } } } clients { edges { node { __typename } } } }`, {}],
    ];
    const before = await fetches();
    for (const [query, variables] of ways) {
      const { data, codes } = await ask('client', query, variables);
      expect(new Set(codes)).toEqual(new Set(['UNAUTHORIZED_FIELD_OR_TYPE']));
      expect(new Set(Object.values(data as object))).toEqual(new Set([null]));
    }
    expect(await fetches()).toEqual(before);
    // Beside something allowed, only that is fetched; and the owner's plan of the same text is not the client's.
    const mixed = `{ me { id } ${hidden} }`;
    expect((await ask('owner', mixed)).text).toContain('pay_');
    const owners = await fetches();
    expect((await ask('client', mixed)).data).toEqual({ me: { id: expect.any(String) as unknown }, payments: null });
    const after = await fetches();
    expect(after['commerce']).toBe(owners['commerce']);
    expect((await ask('owner', mixed)).text).toContain('pay_');
    const union = await ask('client', 'mutation { logoutElsewhere: login(input: { email: "client@acme.example", password: "no" }) { __typename ... on AuthPayload { user { ...U } } ... on UserError { code } } } fragment U on User { membership { permissions } }');
    expect(union.data).toEqual({ logoutElsewhere: { __typename: 'UnauthenticatedError', code: 'UNAUTHENTICATED' } });
  });

  it('is never given what was fetched for another company at the same time', async () => {
    const query = '{ currentTenant { slug } me { displayName email } members(first: 50) { edges { node { user { email } } } } payments(first: 3) { edges { node { amount { currency } booking { client { displayName } } } } } }';
    const people = Array.from({ length: 24 }, (_, index) => (index % 2 === 0 ? ('owner' as const) : ('foreigner' as const)));
    const answers: { readonly person: 'owner' | 'foreigner'; readonly text: string; readonly codes: readonly string[] }[] = [];
    // Not more at a time than a slow machine answers before the gateway tells a company to wait for its turn.
    for (let round = 0; round < 5; round += 1) {
      answers.push(...(await Promise.all(people.map(async (person) => ({ person, ...(await ask(person, query)) })))));
    }
    const texts = { owner: new Set<string>(), foreigner: new Set<string>() };
    for (const { person, text, codes } of answers) {
      expect(codes).toEqual([]);
      texts[person].add(text);
    }
    expect([texts.owner.size, texts.foreigner.size]).toEqual([1, 1]);
    expect([...texts.owner][0]).not.toMatch(/globex|EUR/);
    expect([...texts.foreigner][0]).not.toMatch(/acme|USD/);
  });

  it('is bound by the policies that her company writes, at the gateway and in what runs behind it, and nobody else is', async () => {
    const CONTACTS = '{ clients(first: 5) { edges { node { id displayName email } } } }';
    const CANCEL = 'mutation ($id: ID!) { cancelBooking(id: $id) { __typename ... on UserError { code } } }';
    const write = async (description: string, action: string, type: string): Promise<string> => {
      const input = { description, effect: 'DENY', actions: [action], resources: [type], principals: { roles: ['STAFF'] } };
      const { createPolicy } = await dataOf<{ createPolicy: { id: string } }>(
        'owner',
        'mutation ($input: PolicyInput!) { createPolicy(input: $input) { ... on Policy { id } ... on UserError { code message } } }',
        { input },
      );
      expect(createPolicy.id).toMatch(/^pol_/);
      return createPolicy.id;
    };
    const open = await ask('staff', CONTACTS);
    expect(open).toMatchObject({ codes: [] });
    expect(open.text).toContain('@');
    const { bookings } = await dataOf<{ bookings: Page<{ id: string }> }>('staff', '{ bookings(first: 1) { edges { node { id } } } }');
    const [booking] = nodesOf(bookings);

    const policies = [await write('Contacts are for the office', 'client:readContact', 'Client'), await write('The desk cancels', 'booking:cancel', 'Booking')];
    const closed = await eventually(async () => {
      const answer = await ask('staff', CONTACTS);
      return answer.codes.length > 0 && answer;
    });
    expect(new Set(closed.codes)).toEqual(new Set(['UNAUTHORIZED_FIELD_OR_TYPE']));
    expect(closed.text).not.toContain('@');
    expect(closed.text).toContain('displayName');
    await eventually(async () => JSON.stringify((await ask('staff', CANCEL, { id: booking?.id })).data).includes('ForbiddenError'));
    for (const other of ['owner', 'foreigner'] as const) expect((await ask(other, CONTACTS)).text).toContain('@');
    const denied = await eventually(async () => {
      const { accessLog } = await dataOf<{ accessLog: Page<{ action: string; policyIds: readonly string[] }> }>(
        'owner',
        '{ accessLog(first: 100, filter: { decision: DENY }) { edges { node { action policyIds } } } }',
      );
      const decided = new Set(nodesOf(accessLog).flatMap(({ policyIds }) => policyIds));
      return policies.every((id) => decided.has(id)) && nodesOf(accessLog);
    });
    expect(denied.map(({ action }) => action)).toEqual(expect.arrayContaining(['client:readContact', 'booking:cancel']));

    for (const id of policies) await ask('owner', 'mutation ($id: ID!) { deletePolicy(id: $id) { __typename } }', { id });
    await eventually(async () => (await ask('staff', CONTACTS)).codes.length === 0);
  });

  it("gets nothing by another person's idempotency key", async () => {
    const visitor = graphOf(platform.url, 'acme');
    const { services, providers } = await dataOf<{ services: Page<{ id: string; name: string }>; providers: Page<{ id: string }> }>(
      'client',
      '{ services(first: 50) { edges { node { id name } } } providers(search: "advice", first: 1) { edges { node { id } } } }',
    );
    const serviceId = nodesOf(services).find(({ name }) => /advice/i.test(name))?.id;
    const providerId = nodesOf(providers)[0]?.id;
    const from = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' }).format(new Date());
    const slots = await visitor.ask<{ availableSlots: Page<{ startsAt: string }> }>(
      'query ($serviceId: ID!, $providerId: ID!, $from: LocalDate!) { availableSlots(serviceId: $serviceId, providerId: $providerId, from: $from, days: 5, first: 20) { edges { node { startsAt } } } }',
      { serviceId, providerId, from },
    );
    const startsAt = nodesOf(slots.data?.availableSlots ?? { edges: [] }).at(-1)?.startsAt;
    const input = { serviceId, providerId, startsAt, idempotencyKey: 'the-same-key' };
    const book = (person: Person): Promise<{ createBooking: { id?: string; code?: string } }> =>
      dataOf(person, 'mutation ($input: CreateBookingInput!) { createBooking(input: $input) { ... on Booking { id } ... on UserError { code } } }', { input });
    const hers = await book('client');
    expect(hers.createBooking.id).toMatch(/^bkg_/);
    const again = await book('client');
    expect(again).toEqual(hers);
    const anothers = await book('staff');
    expect(anothers.createBooking.id).not.toBe(hers.createBooking.id);
  });

  describe('following events', () => {
    const collect = async <Data>(person: Person, subscription: string, count: number): Promise<readonly Data[]> => {
      const stream = graph(person).follow<Data>(subscription, { after: FROM_THE_START });
      const events: Data[] = [];
      try {
        while (events.length < count) {
          const next = await stream.next();
          if (next.done === true) break;
          const answer: GraphAnswer<Data> = next.value;
          expect(answer.errors).toBeUndefined();
          if (answer.data) events.push(answer.data);
        }
      } finally {
        await stream.return();
      }
      return events;
    };
    const BOOKINGS = 'subscription ($after: String) { bookingUpdated(after: $after) { cursor booking { id client { user { email } } } } }';
    type BookingEvent = { readonly bookingUpdated: { readonly cursor: string; readonly booking: { readonly id: string; readonly client: { readonly user: { readonly email: string } | null } } | null } };

    it("from the very first one sees those of her own company only, whoever's cursor she resumes from", async () => {
      const events = await collect<BookingEvent>('foreigner', BOOKINGS, 40);
      const ids = events.map(({ bookingUpdated }) => bookingUpdated.booking?.id);
      const rows = await queryDatabase<{ id: string }>(platform, `SELECT b.id FROM booking.booking b JOIN tenancy.tenant t ON t.id = b.tenant_id WHERE t.slug = 'globex'`);
      const globex = new Set(rows.map(({ id }) => `bkg_${id.replaceAll('-', '')}`));
      for (const id of ids) expect(globex).toContain(id);
      const acmesCursor = (await collect<BookingEvent>('owner', BOOKINGS, 1))[0]?.bookingUpdated.cursor;
      const stream = graph('foreigner').follow<BookingEvent>(BOOKINGS, { after: acmesCursor });
      const next = await stream.next();
      await stream.return();
      expect(globex).toContain(next.done === true ? null : next.value.data?.bookingUpdated.booking?.id);
    });

    it('as a client sees her own bookings and notifications only', async () => {
      const [expected] = await queryDatabase<{ count: string }>(
        platform,
        `SELECT count(*) FROM kernel.outbox_event e JOIN identity."user" u ON u.id::text = e.payload->>'clientUserId'
         WHERE u.email = 'client@acme.example' AND e.type IN ('booking.created', 'booking.confirmed', 'booking.completed', 'booking.cancelled', 'booking.no_show', 'booking.expired')`,
      );
      expect(Number(expected?.count)).toBeGreaterThan(0);
      const events = await collect<BookingEvent>('client', BOOKINGS, Number(expected?.count));
      expect(events).toHaveLength(Number(expected?.count));
      for (const { bookingUpdated } of events) expect(bookingUpdated.booking?.client.user?.email).toBe('client@acme.example');
    });

    it('is told that a forged cursor is none', async () => {
      const forged = ['', 'x', '../../', Buffer.from('1.2').toString('base64url'), Buffer.from(`-1.${LOG_START.eventId}`).toString('base64url'), Buffer.from(`1.${LOG_START.eventId}'; --`).toString('base64url'), '\u0000'];
      for (const after of forged) {
        const stream = graph('owner').follow(BOOKINGS, { after });
        const answer = await stream.next().then(
          (next) => JSON.stringify(next.value),
          (error: unknown) => JSON.stringify(error),
        );
        expect(answer).toContain('BAD_USER_INPUT');
        await stream.return().catch(() => undefined);
      }
      for (const after of ['', 'x', Buffer.from('["a","b"]').toString('base64url'), Buffer.from('[null,null]').toString('base64url'), Buffer.from('[{},[]]').toString('base64url'), '\u0000']) {
        const { codes } = await ask('owner', 'query ($after: String) { payments(first: 1, after: $after) { edges { cursor } } }', { after });
        expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
      }
    });
  });

  it("makes no telephone hers but by the code that came to it, and sees nobody else's", async () => {
    const SEND = 'mutation ($phone: String) { sendPhoneVerification(phone: $phone) { __typename ... on UserError { code } } }';
    const VERIFY = 'mutation ($code: String!) { verifyPhone(code: $code) { __typename ... on UserError { code } } }';
    const phone = '+4930555000111';
    const sent = { sendPhoneVerification: { __typename: 'PhoneCodeSent' } };
    const refused = { verifyPhone: { __typename: 'ValidationError', code: 'BAD_USER_INPUT' } };
    expect(await dataOf('client', SEND, { phone })).toEqual(sent);
    const { text } = await eventually(async () => platform.mailbox.messages(phone)[0]);
    const code = /^\d{6}/.exec(text)?.[0] ?? '';
    for (const other of ['staff', 'foreigner'] as const) expect(await dataOf(other, VERIFY, { code })).toEqual(refused);
    expect(await dataOf('client', VERIFY, { code: code === '000000' ? '000001' : '000000' })).toEqual(refused);
    expect(await dataOf('client', VERIFY, { code })).toEqual({ verifyPhone: { __typename: 'PhoneVerified' } });
    expect(await dataOf('client', VERIFY, { code })).toEqual(refused);
    expect(await dataOf('client', '{ me { profile { phone phoneVerifiedAt } } }')).toEqual({
      me: { profile: { phone, phoneVerifiedAt: expect.any(String) } },
    });
    // Whether somebody has a number shows nowhere.
    expect(await dataOf('staff', SEND, { phone })).toEqual(sent);
    expect(await dataOf('foreigner', SEND, { phone: '+4930555000222' })).toEqual(sent);
    expect((await dataOf<{ sendPhoneVerification: object }>('client', SEND, { phone: '+4930555000333' })).sendPhoneVerification).toMatchObject({ code: 'RATE_LIMITED' });
    const events = await queryDatabase<{ text: string }>(platform, 'SELECT e.payload::text AS text FROM kernel.outbox_event e');
    const audit = await queryDatabase<{ text: string }>(platform, 'SELECT a::text AS text FROM ops.audit_entry a');
    for (const { text: line } of [...events, ...audit, ...log.map((written) => ({ text: written }))]) expect(line).not.toContain('30555000111');
  });

  it('leaves no secret behind in the log, in events or in the audit trail', async () => {
    await bookPayAndBeTold(platform.url, COMPANIES[0]);
    const again = await tokensOf(platform.url, 'client@acme.example');
    await tryLogin(platform.url, 'client@acme.example', 'Mistyped-pass-1!');
    await ask('client', 'mutation ($token: String!) { refreshSession(refreshToken: $token) { __typename } }', { token: again.refreshToken });
    await ask('client', 'mutation ($token: String!) { refreshSession(refreshToken: $token) { __typename } }', { token: again.refreshToken });
    await ask('client', 'mutation { login(input: { email: 1, password: "Mistyped-pass-1!" }) { __typename } }');
    await knock(platform.url, { path: '/webhooks/stripe', headers: { 'stripe-signature': 't=1,v1=Mistyped-pass-1!' }, body: '{"card":"4242424242424242"}' });
    const written = await eventually(async () => {
      const [entries, events] = await Promise.all([
        queryDatabase<{ text: string }>(platform, 'SELECT a::text AS text FROM ops.audit_entry a'),
        queryDatabase<{ text: string }>(platform, 'SELECT e::text AS text FROM kernel.outbox_event e'),
      ]);
      return entries.length > 0 && { entries: entries.map(({ text }) => text), events: events.map(({ text }) => text) };
    });

    // What is sealed reads like noise, in which a short prefix turns up by chance.
    const withoutSealed = (line: string): string => line.replaceAll(/v1\.[\w-]{40,}/g, 'sealed');
    const secrets = [DEMO_PASSWORD, 'Mistyped-pass-1!', 'spr_', 'eyJ', '4242424242424242', 'client_secret', '_secret_', ...Object.values(tokens), ...Object.values(platform.secrets)];
    for (const [place, lines] of Object.entries({ log, ...written })) {
      const found = lines.filter((line) => secrets.some((secret) => withoutSealed(line).includes(secret)));
      expect({ place, found }).toEqual({ place, found: [] });
    }
    const address = /[\w.+-]+@[\w-]+\.example/;
    expect(log.filter((line) => address.test(line))).toEqual([]);
    expect(written.entries.filter((line) => address.test(line))).toEqual([]);
    expect(log.length).toBeGreaterThan(0);
  });
});
