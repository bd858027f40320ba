import { expect } from '@jest/globals';
import { connectToGraph, type Graph, type GraphAnswer } from '../../clients/cli/graph.js';

export const DEMO_PASSWORD = 'Spine-demo-1!';

/** A company of the demo data as one of its visitors finds it. */
export interface Company {
  readonly slug: string;
  readonly timeZone: string;
  readonly currency: string;
}

export const COMPANIES = [
  { slug: 'acme', timeZone: 'America/New_York', currency: 'USD' },
  { slug: 'globex', timeZone: 'Europe/Berlin', currency: 'EUR' },
] as const satisfies readonly Company[];

/** What a company's journey made, for the other company to look for in vain. */
export interface Made {
  readonly bookingId: string;
  readonly clientId: string;
  readonly paymentId: string;
  readonly providerId: string;
}

interface Money {
  readonly amount: number;
  readonly currency: string;
}

export const graphOf = (url: string, slug?: string): Graph =>
  connectToGraph({ url, host: slug === undefined ? 'localhost' : `${slug}.localhost` });

function dataOf<Data>(answer: GraphAnswer<Data>): Data {
  expect(answer.errors).toBeUndefined();
  if (!answer.data) throw new Error('The answer holds no data');
  return answer.data;
}

export async function signIn(graph: Graph, email: string, password = DEMO_PASSWORD): Promise<Graph> {
  const { login } = dataOf(
    await graph.ask<{ login: { accessToken?: string } }>(
      `mutation SignIn($input: LoginInput!) { login(input: $input) { ... on AuthPayload { accessToken } } }`,
      { input: { email, password } },
    ),
  );
  if (login.accessToken === undefined) throw new Error(`${email} was not let in`);
  return graph.as(login.accessToken);
}

export async function signInAsAdmin(graph: Graph, email: string): Promise<Graph> {
  const { adminLogin } = dataOf(
    await graph.ask<{ adminLogin: { accessToken: string } }>(
      `mutation SignIn($input: AdminLoginInput!) {
         adminLogin(input: $input) { ... on AdminAuthPayload { accessToken } }
       }`,
      { input: { email, password: DEMO_PASSWORD } },
    ),
  );
  return graph.as(adminLogin.accessToken);
}

/** The stream's events from the moment it is open: the first `next` is asked for before anything happens. */
export function listen<Data>(graph: Graph, subscription: string) {
  const stream = graph.follow<Data>(subscription);
  let pending = stream.next();
  return {
    /** The next event that fits. @throws when none has come within a minute */
    async next(fits: (data: Data) => boolean): Promise<Data> {
      const deadline = new Promise<never>((_resolve, reject) => {
        setTimeout(() => reject(new Error('No such event within a minute')), 60_000).unref();
      });
      for (;;) {
        const result = await Promise.race([pending, deadline]);
        if (result.done === true) throw new Error('The stream has ended');
        pending = stream.next();
        const data = dataOf(result.value);
        if (fits(data)) return data;
      }
    },
    close: () => void stream.return(undefined),
  };
}

const PROVIDERS = `query Providers($search: String!) {
  currentTenant { name slug timeZone currency }
  providers(search: $search, first: 5) { edges { node { id name } } }
  services(first: 50) { edges { node { id name durationMinutes price { amount currency } } } }
}`;

const SLOTS = `query Slots($serviceId: ID!, $providerId: ID!, $from: LocalDate!) {
  availableSlots(serviceId: $serviceId, providerId: $providerId, from: $from, days: 2, first: 1) {
    edges { node { startsAt endsAt localStart timeZone provider { id } } }
  }
}`;

const BOOK = `mutation Book($input: CreateBookingInput!) {
  createBooking(input: $input) {
    ... on Booking { id reference status localStart timeZone price { amount currency } }
    ... on UserError { code message }
  }
}`;

const PAY = `mutation Pay($input: PayForBookingInput!) {
  payForBooking(input: $input) {
    ... on Payment { id status amount { amount currency } }
    ... on UserError { code message }
  }
}`;

const NOTIFICATIONS = `subscription Notifications {
  notificationReceived {
    cursor
    notification {
      kind title
      booking {
        id reference status
        provider { name }
        client { id displayName user { email } loyaltyAccount { points } }
        payment { id status amount { amount currency } }
      }
    }
  }
}`;

interface NotificationEvent {
  readonly notificationReceived: {
    readonly cursor: string;
    readonly notification: {
      readonly kind: string;
      readonly title: string;
      readonly booking: { readonly id: string; readonly reference: string; readonly payment: { readonly status: string } | null } | null;
    };
  };
}

const WHOLE_BOOKING = `query Whole($id: ID!) {
  booking(id: $id) {
    id reference status startsAt localStart
    provider { id name }
    service { name }
    client { id displayName user { email } loyaltyAccount { points } }
    payment { id status amount { amount currency } }
  }
}`;

interface WholeBooking {
  readonly id: string;
  readonly status: string;
  readonly provider: { readonly id: string };
  readonly client: {
    readonly id: string;
    readonly displayName: string;
    readonly user: { readonly email: string };
    readonly loyaltyAccount: { readonly points: number };
  };
  readonly payment: { readonly id: string; readonly status: string; readonly amount: Money } | null;
}

const DASHBOARD = `query Dashboard($date: LocalDate) { dashboardSummary(date: $date) { date timeZone revenue { amount currency } } }`;

/** @param date today on the company's calendar when left out */
const dayOf = async (owner: Graph, date?: string): Promise<{ readonly date: string; readonly revenue: Money }> =>
  dataOf(await owner.ask<{ dashboardSummary: { date: string; revenue: Money } }>(DASHBOARD, { date })).dashboardSummary;

/** From a day to now: midnight may have come in between. */
async function revenueSince(owner: Graph, date: string): Promise<Money> {
  const [then, today] = [await dayOf(owner, date), await dayOf(owner)];
  const later = today.date === date ? 0 : today.revenue.amount;
  return { ...then.revenue, amount: then.revenue.amount + later };
}

const todayIn = (timeZone: string): string => new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date());

async function until<Result>(read: () => Promise<Result>, fits: (result: Result) => boolean): Promise<Result> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const result = await read();
    if (fits(result) || performance.now() > deadline) return result;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * The platform's main job, as a visitor, a client and an owner do it: find, sign up, book, pay, be told, see
 * the revenue.
 * @param url where the gateway listens
 */
export async function bookPayAndBeTold(url: string, company: Company): Promise<Made> {
  const visitor = graphOf(url, company.slug);
  const owner = await signIn(visitor, `owner@${company.slug}.example`);
  const notifications = listen<NotificationEvent>(owner, NOTIFICATIONS);

  // 1. A visitor finds a provider and free slots in the company's own time.
  const found = dataOf(
    await visitor.ask<{
      currentTenant: Company & { name: string };
      providers: { edges: { node: { id: string; name: string } }[] };
      services: { edges: { node: { id: string; name: string; price: Money } }[] };
    }>(PROVIDERS, { search: 'advice' }),
  );
  expect(found.currentTenant).toMatchObject(company);
  const provider = found.providers.edges[0]?.node;
  const service = found.services.edges.find(({ node }) => /advice/i.test(node.name))?.node;
  if (!provider || !service) throw new Error('The demo data has no advice line');
  const { availableSlots } = dataOf(
    await visitor.ask<{
      availableSlots: { edges: { node: { startsAt: string; localStart: string; timeZone: string } }[] };
    }>(SLOTS, { serviceId: service.id, providerId: provider.id, from: todayIn(company.timeZone) }),
  );
  const slot = availableSlots.edges[0]?.node;
  if (!slot) throw new Error('No slot is free');
  expect(slot.timeZone).toBe(company.timeZone);
  expect(new Date(slot.startsAt).getTime()).toBeGreaterThan(Date.now() - 60_000);

  // 2. She signs up, signs in, books and pays.
  const email = `visitor-${Math.random().toString(36).slice(2)}@${company.slug}.example`;
  const registered = dataOf(
    await visitor.ask<{ register: { email: string } }>(
      `mutation SignUp($input: RegisterInput!) {
         register(input: $input) { ... on RegistrationReceipt { email } ... on UserError { code message } }
       }`,
      { input: { email, password: DEMO_PASSWORD, displayName: 'New visitor' } },
    ),
  );
  expect(registered.register).toEqual({ email });
  const client = await signIn(visitor, email);
  const before = await dayOf(owner);
  const { createBooking: booked } = dataOf(
    await client.ask<{ createBooking: { id: string; status: string; price: Money } }>(BOOK, {
      input: { serviceId: service.id, providerId: provider.id, startsAt: slot.startsAt, idempotencyKey: `book-${email}` },
    }),
  );
  expect(booked).toMatchObject({ status: 'PENDING', price: service.price });
  const payment = { input: { bookingId: booked.id, paymentMethodId: 'pm_card_visa', idempotencyKey: `pay-${email}` } };
  const { payForBooking: paid } = dataOf(
    await client.ask<{ payForBooking: { id: string; amount: Money } }>(PAY, payment),
  );
  expect(paid.amount).toEqual(service.price);

  // 3. The owner is told at once, and one query shows it all, joined over the graph.
  const told = await notifications.next(
    ({ notificationReceived: { notification } }) =>
      notification.booking?.id === booked.id && notification.booking.payment?.status === 'SUCCEEDED',
  );
  notifications.close();
  expect(told.notificationReceived.notification.booking).toMatchObject({
    client: { user: { email } },
    payment: { amount: service.price },
  });
  const { booking: whole } = await until(
    async () => dataOf(await owner.ask<{ booking: WholeBooking }>(WHOLE_BOOKING, { id: booked.id })),
    ({ booking }) => booking.status === 'CONFIRMED',
  );
  expect(whole).toMatchObject({
    status: 'CONFIRMED',
    client: { displayName: 'New visitor', user: { email }, loyaltyAccount: { points: 0 } },
    payment: { id: paid.id, status: 'SUCCEEDED', amount: service.price },
  });

  // Served, she has her points.
  const completed = dataOf(
    await owner.ask<{ completeBooking: { status: string } }>(
      `mutation Complete($id: ID!) {
         completeBooking(id: $id) { ... on Booking { status } ... on UserError { code message } }
       }`,
      { id: booked.id },
    ),
  );
  expect(completed.completeBooking).toEqual({ status: 'COMPLETED' });
  const rewarded = await until(
    async () => dataOf(await client.ask<{ booking: WholeBooking }>(WHOLE_BOOKING, { id: booked.id })),
    ({ booking }) => booking.client.loyaltyAccount.points > 0,
  );
  expect(rewarded.booking.client.loyaltyAccount.points).toBe(Math.floor(service.price.amount / 100));

  // 4. The revenue of the day has grown by what she paid.
  const grown = before.revenue.amount + service.price.amount;
  const revenue = await until(
    () => revenueSince(owner, before.date),
    ({ amount }) => amount >= grown,
  );
  expect(revenue).toEqual({ amount: grown, currency: company.currency });

  return { bookingId: booked.id, clientId: whole.client.id, paymentId: paid.id, providerId: whole.provider.id };
}

const INCIDENTS = `subscription Incidents {
  incidentRaised {
    cursor
    incident {
      id type severity decision steps rollbackPlan
      recommendedFlags { key value reason }
      tenant { slug }
    }
  }
}`;

interface IncidentEvent {
  readonly incidentRaised: {
    readonly incident: {
      readonly id: string;
      readonly type: string;
      readonly decision: string;
      readonly steps: readonly string[];
      readonly rollbackPlan: readonly string[];
      readonly recommendedFlags: readonly { readonly key: string }[];
      readonly tenant: { readonly slug: string } | null;
    };
  };
}

/**
 * A burst of bad logins at one company becomes an incident by itself, live to platform staff and to that
 * company's owner, and to nobody else.
 */
export async function burstOfBadLoginsBecomesAnIncident(url: string, attacked: Company, other: Company): Promise<void> {
  const admin = await signInAsAdmin(graphOf(url), 'admin@spine.example');
  const owner = await signIn(graphOf(url, attacked.slug), `owner@${attacked.slug}.example`);
  const stranger = await signIn(graphOf(url, other.slug), `owner@${other.slug}.example`);
  const [toAdmin, toOwner, toStranger] = [admin, owner, stranger].map((who) => listen<IncidentEvent>(who, INCIDENTS));
  if (!toAdmin || !toOwner || !toStranger) throw new Error('Not listening');

  let foreign = 0;
  toStranger.next(() => (foreign += 1) < 0).catch(() => undefined);
  const attempt = (n: number) =>
    graphOf(url, attacked.slug).ask(
      `mutation { login(input: { email: "victim-${n}@${attacked.slug}.example", password: "guess-${n}" }) { __typename } }`,
    );
  for (let n = 0; n < 60; n += 10) await Promise.all(Array.from({ length: 10 }, (_, m) => attempt(n + m)));

  const spike = ({ incidentRaised: { incident } }: IncidentEvent) =>
    incident.type === 'FAILED_LOGINS_SPIKE' && incident.tenant?.slug === attacked.slug;
  const [raised, same] = await Promise.all([toAdmin.next(spike), toOwner.next(spike)]);
  expect(raised.incidentRaised.incident).toMatchObject({
    decision: 'Contain likely brute force and protect legitimate users.',
    steps: expect.arrayContaining([expect.any(String)]),
    recommendedFlags: expect.arrayContaining([expect.objectContaining({ key: expect.any(String) })]),
    rollbackPlan: expect.arrayContaining([expect.any(String)]),
  });
  expect(same.incidentRaised.incident.id).toBe(raised.incidentRaised.incident.id);

  const { incident } = dataOf(
    await stranger.ask<{ incident: unknown }>(`query Foreign($id: ID!) { incident(id: $id) { id } }`, {
      id: raised.incidentRaised.incident.id,
    }),
  );
  expect(incident).toBeNull();
  expect(foreign).toBe(0);
  for (const listener of [toAdmin, toOwner, toStranger]) listener.close();
}

/** Whatever one company made answers at the other exactly as what was never made. */
export async function nothingIsSeenNextDoor(url: string, company: Company, made: Made): Promise<void> {
  const owner = await signIn(graphOf(url, company.slug), `owner@${company.slug}.example`);
  const look = (ids: Made) =>
    owner.ask(
      `query Look($booking: ID!, $payment: ID!, $provider: ID!) {
         booking(id: $booking) { id } payment(id: $payment) { id } provider(id: $provider) { id }
       }`,
      { booking: ids.bookingId, payment: ids.paymentId, provider: ids.providerId },
    );
  const act = (ids: Made) =>
    owner.ask(
      `mutation Act($booking: ID!, $pay: PayForBookingInput!) {
         completeBooking(id: $booking) { __typename ... on UserError { code message } }
         payForBooking(input: $pay) { __typename ... on UserError { code message } }
       }`,
      {
        booking: ids.bookingId,
        pay: { bookingId: ids.bookingId, paymentMethodId: 'pm_card_visa', idempotencyKey: `foreign-${ids.bookingId}` },
      },
    );
  const unknown: Made = {
    bookingId: made.bookingId.replace(/.{12}$/, '000000000000'),
    clientId: made.clientId.replace(/.{12}$/, '000000000000'),
    paymentId: made.paymentId.replace(/.{12}$/, '000000000000'),
    providerId: made.providerId.replace(/.{12}$/, '000000000000'),
  };
  const seen = await look(made);
  expect(seen.data).toEqual({ booking: null, payment: null, provider: null });
  expect(seen.errors).toBeUndefined();
  expect(await look(made)).toEqual(await look(unknown));
  expect(await act(made)).toEqual(await act(unknown));
}
