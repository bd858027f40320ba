import { expect, test } from '@jest/globals';
import { GraphQLInt, GraphQLObjectType, GraphQLSchema, parse } from 'graphql';
import { createLogger } from '../../infra/runtime/log.js';
import type { GraphContext } from './graphql/builder.js';
import { hostSubgraph, type HostPools } from './host.js';
import { systemClock } from './request/clock.js';
import type { LoaderDefinition } from './request/request-context.js';
import type { SubgraphRuntime } from './subgraph.js';
import type { Envelope } from './wire/envelope.js';
import { ANONYMOUS } from './wire/principal.js';
import { PLATFORM_TENANT } from './wire/tenant.js';

let reads = 0;
const counted: LoaderDefinition<string, number> = {
  name: 'counted',
  batch: async (_context, keys) => {
    reads += 1;
    return keys.map(() => reads);
  },
};

const schema = new GraphQLSchema({
  query: new GraphQLObjectType<unknown, GraphContext<unknown>>({
    name: 'Query',
    fields: { read: { type: GraphQLInt, resolve: (_root, _args, { request }) => request.loaders.of(request, counted).load('key') } },
  }),
});

const host = hostSubgraph(
  { name: 'booking', schema, services: {}, reactions: [], routes: [], schedules: [] },
  // Nothing here is read from a database.
  {
    clock: systemClock,
    logger: createLogger({ name: 'test', level: 'fatal' }),
    database: {},
    outbox: { for: () => ({}) },
    monitor: { failed: () => undefined, took: () => undefined },
  } as unknown as SubgraphRuntime,
  {} as HostPools,
);

const newEnvelope = (): Envelope => ({
  tenant: PLATFORM_TENANT,
  principal: ANONYMOUS,
  origin: { requestId: 'request-1', ip: null, userAgent: null },
});
const document = parse('{ read }');
const ask = async (envelope: Envelope, sharesReads?: boolean): Promise<unknown> =>
  (await host.execute({ source: '{ read }', document, variables: {}, envelope, sharesReads })).data?.['read'];

test('the fetches of one client request share what they read, those of two never do', async () => {
  const envelope = newEnvelope();
  const first = await ask(envelope, true);
  expect(await ask(envelope, true)).toBe(first);
  expect(await ask(newEnvelope(), true)).not.toBe(first);
});

test('a fetch that is part of a change, or follows one, reads anew', async () => {
  const envelope = newEnvelope();
  const before = await ask(envelope, true);
  expect(await ask(envelope)).not.toBe(before);
  expect(await ask(envelope, false)).not.toBe(before);
});
