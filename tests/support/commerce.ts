import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionResult } from 'graphql';
import {
  SECRET_KEY,
  startDouble,
  WEBHOOK_SECRET,
} from '../../infra/local/doubles/stripe/double-for-tests.js';
import type { StripeDouble } from '../../infra/local/doubles/stripe/stripe-double.js';
import { readBody } from '../../subgraphs/_kernel/http/read-body.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import { systemContext } from '../../subgraphs/_kernel/request/system-context.js';
import type { RequestContext } from '../../subgraphs/_kernel/request/request-context.js';
import type { Subgraph } from '../../subgraphs/_kernel/subgraph.js';
import { ANONYMOUS, type Principal } from '../../subgraphs/_kernel/wire/principal.js';
import type { RouteResponse } from '../../subgraphs/_kernel/wire/subgraph-route.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import type { BookingEvents } from '../../subgraphs/booking/events.js';
import type { CommerceEvents } from '../../subgraphs/commerce/events.js';
import type { CommerceServices } from '../../subgraphs/commerce/services.js';
import { createCommerce } from '../../subgraphs/commerce/subgraph.js';
import { bookedFacts } from './booking.js';
import { startHostedSubgraph } from './hosted-subgraph.js';
import { ACME, contextFor, createTestClock, memberOf, type TestClock, type TestRuntime } from './runtime.js';

export interface BookingForTests {
  readonly bookingId: string;
  readonly clientId: string;
  /** The client, signed in. */
  readonly client: Principal;
  readonly tenant: TenantIdentity;
}

export interface TestCommerce {
  readonly runtime: TestRuntime;
  readonly clock: TestClock;
  readonly double: StripeDouble;
  readonly commerce: Subgraph<CommerceServices>;
  context(principal?: Principal, tenant?: TenantIdentity): RequestContext;
  /** Says, as booking does, that a booking was made; its bill follows by itself. */
  book(options?: { readonly tenant?: TenantIdentity; readonly amount?: number }): Promise<BookingForTests>;
  /** Writes any event of booking's. */
  tell<Type extends keyof BookingEvents>(
    booking: BookingForTests,
    type: Type,
    payload: BookingEvents[Type],
  ): Promise<void>;
  /** What booking says of it with every event. */
  factsOf(booking: BookingForTests, amount?: number): BookingEvents['booking.created'];
  /** Delivers a webhook as the gateway hands it on. */
  deliver(body: string, signature: string | null): Promise<RouteResponse>;
  /** Runs what otherwise comes round every minute. */
  reconcile(): Promise<void>;
  /** The tenant's events of one type so far, oldest first. */
  events<Type extends keyof CommerceEvents>(type: Type, tenant?: TenantIdentity): Promise<CommerceEvents[Type][]>;
  graphql(source: string, variables?: Record<string, unknown>, principal?: Principal): Promise<ExecutionResult>;
  stop(): Promise<void>;
}

/** Commerce at work on a fresh database, with Stripe's double delivering its webhooks over a real socket. */
export async function startTestCommerce(): Promise<TestCommerce> {
  const clock = createTestClock();
  const double = await startDouble({ clock });
  const stripe = { secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET, apiBase: double.url };
  const hosted = await startHostedSubgraph<CommerceServices, BookingEvents>(
    (of) => createCommerce(of, { issuer: 'https://spine.example', stripe }),
    clock,
  );
  const { runtime, subgraph: commerce } = hosted;

  const forward = async (body: Uint8Array, signature: string | null): Promise<RouteResponse> => {
    const answer = await hosted.host.forward(
      {
        method: 'POST',
        path: '/webhooks/stripe',
        search: '',
        headers: signature === null ? {} : { 'stripe-signature': signature },
        body,
      },
      { tenant: PLATFORM_TENANT, principal: ANONYMOUS, origin: contextFor(PLATFORM_TENANT).origin },
    );
    if (!answer) throw new Error('commerce has no route for webhooks');
    return answer;
  };
  const server = createServer((request, response) => {
    readBody(request, 1_000_000)
      .then((body) => forward(body, String(request.headers['stripe-signature'])))
      .then(
        ({ status, body }) => response.writeHead(status).end(body),
        () => response.writeHead(500).end(),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  double.control.pointWebhooksAt({ url: `http://127.0.0.1:${port}/webhooks/stripe`, secret: WEBHOOK_SECRET });

  const context = (principal?: Principal, tenant: TenantIdentity = ACME) => contextFor(tenant, principal, clock);
  const factsOf = (booking: BookingForTests, amount = 12_000): BookingEvents['booking.created'] => ({
    ...bookedFacts({
      bookingId: booking.bookingId,
      clientId: booking.clientId,
      clientUserId: booking.client.kind === 'member' ? booking.client.userId : null,
      price: { amount, currency: booking.tenant.currency },
    }),
    status: 'PENDING',
  });
  const tell: TestCommerce['tell'] = ({ tenant }, type, payload) => hosted.tell(type, payload, { tenant });

  return {
    runtime,
    clock,
    double,
    commerce,
    context,
    factsOf,
    tell,
    async book({ tenant = ACME, amount } = {}) {
      const booking = { bookingId: uuidv7(), clientId: uuidv7(), client: memberOf([], { roles: ['USER'] }), tenant };
      await tell(booking, 'booking.created', factsOf(booking, amount));
      return booking;
    },
    deliver: (body, signature) => forward(Buffer.from(body), signature),
    async reconcile() {
      const logger = runtime.logger;
      for (const { name, run } of commerce.schedules) {
        await run(systemContext({ name, tenant: PLATFORM_TENANT, clock, logger }));
      }
    },
    async events<Type extends keyof CommerceEvents>(type: Type, tenant: TenantIdentity = ACME) {
      const rows = await runtime.database.tenants
        .of({ tenant })
        .outboxEvent.findMany({ where: { type }, orderBy: { id: 'asc' } });
      return rows.map((row) => row.payload as unknown as CommerceEvents[Type]);
    },
    graphql: (source, variables = {}, principal = ANONYMOUS) => hosted.graphql(source, { variables, as: principal }),
    async stop() {
      await double.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await hosted.stop();
    },
  };
}
