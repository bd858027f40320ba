import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { connectToGraph, type Graph } from '../../../clients/cli/graph.js';
import { ascending, quantile } from '../quantile.js';

/**
 * How long it takes until everybody who follows a company has an event, with 2,000 of them on one process that is
 * gateway, subgraphs and database at once. Each has a connection of its own.
 */
const SUBSCRIBERS = Number(process.argv[2] ?? 2_000);
const EVENTS = Number(process.argv[3] ?? 20);
/** Told first and counted apart: a process that has just begun compiles what it runs. */
const WARM_UP = 3;
const PER_ADDRESS = 500;
const PASSWORD = 'Spine-demo-1!';
const FOLLOW = 'subscription { bookingUpdated { cursor booking { status } } }';

const CATALOGUE = `{
  providers(search: "advice", first: 1) { edges { node { id } } }
  services(first: 50) { edges { node { id name } } }
}`;

const SLOTS = `query Slots($serviceId: ID!, $providerId: ID!, $from: LocalDate!) {
  availableSlots(serviceId: $serviceId, providerId: $providerId, from: $from, days: 2, first: 50) { edges { node { startsAt } } }
}`;

interface Catalogue {
  readonly providers: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
  readonly services: { readonly edges: readonly { readonly node: { readonly id: string; readonly name: string } }[] };
}

interface Slots {
  readonly availableSlots: { readonly edges: readonly { readonly node: { readonly startsAt: string } }[] };
}

async function dataOf<Data>(graph: Graph, query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Data> {
  const { data, errors } = await graph.ask<Data>(query, variables);
  if (!data) throw new Error(JSON.stringify(errors));
  return data;
}

async function signIn(graph: Graph): Promise<string> {
  const { login } = await dataOf<{ login: { accessToken: string } }>(
    graph,
    'mutation ($input: LoginInput!) { login(input: $input) { ... on AuthPayload { accessToken } } }',
    { input: { email: 'owner@acme.example', password: PASSWORD } },
  );
  return login.accessToken;
}

/** Free starts that can be booked one after the other. */
async function freeStarts(graph: Graph): Promise<readonly { serviceId: string; providerId: string; startsAt: string }[]> {
  const { providers, services } = await dataOf<Catalogue>(graph, CATALOGUE);
  const providerId = providers.edges[0]?.node.id ?? '';
  const serviceId = services.edges.find(({ node }) => /advice/i.test(node.name))?.node.id ?? '';
  const from = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const { availableSlots } = await dataOf<Slots>(graph, SLOTS, { serviceId, providerId, from });
  return availableSlots.edges.map(({ node: { startsAt } }) => ({ serviceId, providerId, startsAt }));
}

function connect(url: string, token: string, number: number): Client {
  const headers = { host: 'acme.localhost', 'x-forwarded-for': `203.0.113.${1 + Math.floor(number / PER_ADDRESS)}` };
  class FromAnAddress extends WebSocket {
    constructor(target: string | URL, protocols?: string | string[]) {
      super(target, protocols, { headers });
    }
  }
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: FromAnAddress,
    connectionParams: { authorization: `Bearer ${token}` },
    lazy: false,
    retryAttempts: 0,
  });
}

const platform = fork(fileURLToPath(new URL('../../../infra/local/run.mjs', import.meta.url)), [
  fileURLToPath(new URL('../noisy-neighbour/platform-main.ts', import.meta.url)),
]);
try {
  const url = String(((await once(platform, 'message')) as readonly unknown[])[0]);
  const visitor = connectToGraph({ url, host: 'acme.localhost' });
  const token = await signIn(visitor);
  const owner = visitor.as(token);
  const starts = await freeStarts(owner);

  let toldAt = 0;
  let waiting = 0;
  let everybodyHasIt: () => void = () => undefined;
  let took: number[] = [];
  let cold: readonly number[] = [];
  const clients: Client[] = [];
  const broken: unknown[] = [];
  for (let number = 0; number < SUBSCRIBERS; number += 1) {
    const client = connect(url, token, number);
    clients.push(client);
    client.subscribe(
      { query: FOLLOW },
      {
        next: () => {
          took.push(performance.now() - toldAt);
          waiting -= 1;
          if (waiting === 0) everybodyHasIt();
        },
        error: (error) => broken.push(error),
        complete: () => undefined,
      },
    );
    if (number % 50 === 49) await delay(200);
  }
  await delay(5_000);
  for (const [at, slot] of starts.slice(0, WARM_UP + EVENTS).entries()) {
    if (at === WARM_UP) [cold, took] = [took, []];
    const told = new Promise<void>((resolve) => {
      everybodyHasIt = resolve;
    });
    waiting = SUBSCRIBERS;
    toldAt = performance.now();
    await dataOf(owner, 'mutation ($input: CreateBookingInput!) { createBooking(input: $input) { __typename } }', {
      input: { ...slot, idempotencyKey: `push-${at}` },
    });
    const late = await Promise.race([told.then(() => false), delay(30_000, true, { ref: false })]);
    if (late) throw new Error(`${waiting} of ${SUBSCRIBERS} were told nothing; ${broken.length} broke: ${JSON.stringify(broken[0])}`);
    await delay(500);
  }
  const sorted = ascending(took);
  const at = (share: number): string => `${quantile(sorted, share).toFixed(0)} ms`;
  console.log(`${SUBSCRIBERS} subscribers, ${EVENTS} events, from the request that caused it to the event at the client`);
  console.log(`p50 ${at(0.5)}   p99 ${at(0.99)}   longest ${at(1)} (target: p99 below 500 ms)`);
  console.log(`the ${WARM_UP} events before those, while the process warmed up: longest ${Math.max(...cold).toFixed(0)} ms`);
  for (const client of clients) void client.dispose();
} finally {
  platform.send('stop');
  await once(platform, 'exit');
}
process.exit(0);
