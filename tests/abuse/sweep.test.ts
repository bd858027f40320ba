import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { Supergraph } from '@apollo/federation-internals';
import { readFile } from 'node:fs/promises';
import type { Graph } from '../../clients/cli/graph.js';
import { SUPERGRAPH_FILE } from '../../infra/local/platform.js';
import { encodePosition, LOG_START } from '../../subgraphs/_kernel/events/event.js';
import { graphOf, signIn } from '../journeys/main-job.js';
import { queryDatabase } from './database.js';
import { watchRows, type RowWatch } from './foreign-rows.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { idsIn, operationFor, type ValueChooser } from '../support/schema-walk.js';

/** Values that fit, so that the ids are what the answer hangs on. */
const fitting =
  (idFor: (path: string) => string): ValueChooser =>
  ({ typeName, path, required, enumValues }) => {
    if (typeName === 'ID') return idFor(path);
    if (!required) return undefined;
    if (enumValues.length > 0) return enumValues[0];
    switch (typeName) {
      case 'Int':
        return 1;
      case 'Float':
        return 1;
      case 'MinorUnits':
        return 100;
      case 'Boolean':
        return true;
      case 'DateTime':
        return '2030-01-07T10:00:00Z';
      case 'LocalDate':
        return '2030-01-07';
      case 'JSON':
        return {};
      default:
        return path.endsWith('idempotencyKey') ? randomBytes(8).toString('hex') : 'pm_card_visa';
    }
  };

const unknownLike = (id: string): string => `${id.slice(0, 4)}${randomBytes(16).toString('hex')}`;

/** An answer without what differs from call to call whoever asks. */
const comparable = (answer: unknown): string => JSON.stringify(answer).replaceAll(/"requestId":"[^"]*"/g, '"requestId":""');

describe('the whole graph, asked by one company with the ids of another', () => {
  let platform: TestPlatform;
  let schema: GraphQLSchema;
  let acme: Graph;
  let globex: Graph;
  let watch: RowWatch;
  /** One of acme's ids for each kind. */
  let foreign: ReadonlyMap<string, string>;

  const rootFields = (kind: 'query' | 'mutation' | 'subscription') => {
    const type = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }[kind];
    return Object.values(type?.getFields() ?? {});
  };

  const takesIds = (field: ReturnType<typeof rootFields>[number]): boolean => {
    let found = false;
    operationFor(schema, 'query', field, fitting(() => ((found = true), 'x')));
    return found;
  };

  /** All that a company's owner can list without naming anything. */
  const crawl = async (graph: Graph): Promise<unknown[]> => {
    const answers: unknown[] = [];
    for (const field of rootFields('query')) {
      if (field.args.some((argument) => String(argument.type).startsWith('ID!'))) continue;
      const { source, variables } = operationFor(schema, 'query', field, ({ typeName, required }) => {
        if (!required || typeName === 'ID') return undefined;
        return typeName === 'LocalDate' ? new Date().toISOString().slice(0, 10) : undefined;
      }, 2);
      answers.push(await graph.ask(source, variables));
    }
    return answers;
  };

  beforeAll(async () => {
    watch = watchRows();
    platform = await startTestPlatform({ environment: { RATE_LIMIT_PRINCIPAL: '1000000', RATE_LIMIT_TENANT: '1000000', RATE_LIMIT_ADDRESS: '1000000' } });
    schema = Supergraph.build(await readFile(SUPERGRAPH_FILE, 'utf8'), { supportedFeatures: null }).apiSchema().toGraphQLJSSchema();
    acme = await signIn(graphOf(platform.url, 'acme'), 'owner@acme.example');
    globex = await signIn(graphOf(platform.url, 'globex'), 'owner@globex.example');
    foreign = new Map(idsIn(await crawl(acme)).map((id) => [id.slice(0, 3), id]));
    await watch.learn(platform);
  }, PLATFORM_START_MS);
  afterAll(async () => {
    watch.stop();
    await platform.stop();
  });

  it('has ids of every kind to ask with', () => {
    expect([...foreign.keys()].sort()).toEqual(expect.arrayContaining(['bkg', 'cli', 'mbr', 'pay', 'prv', 'svc', 'tnt', 'usr']));
  });

  it('lists nothing of the other company, however much is asked for', async () => {
    const [own, others] = await Promise.all([crawl(globex), crawl(acme)]);
    const ofAcme = new Set(idsIn(others));
    expect(idsIn(own).filter((id) => ofAcme.has(id))).toEqual([]);
    expect(idsIn(own).length).toBeGreaterThan(10);
  });

  it.each(['query', 'mutation'] as const)('answers a foreign id as an unknown one in every %s that takes ids', async (kind) => {
    const differences: string[] = [];
    let asked = 0;
    for (const field of rootFields(kind).filter(takesIds)) {
      const askWith = (id: string) => {
        const { source, variables } = operationFor(schema, kind, field, fitting(() => id));
        return globex.ask(source, variables);
      };
      // Most fields answer to whatever they do not know in the same words; where not, an unknown id of the same kind decides.
      const unknown = comparable(await askWith(unknownLike('usr_')));
      for (const id of foreign.values()) {
        const answer = comparable(await askWith(id));
        asked += 1;
        const expected = answer === unknown ? unknown : comparable(await askWith(unknownLike(id)));
        if (answer !== expected) differences.push(`${field.name}: ${answer} ≠ ${expected}`);
        if (answer.includes('INTERNAL_SERVER_ERROR')) differences.push(`${field.name}: ${answer}`);
      }
    }
    expect(differences).toEqual([]);
    expect(asked).toBeGreaterThan(0);
  }, 600_000);

  it('follows nothing of the other company, from the beginning of all there was', async () => {
    const fields = rootFields('subscription');
    // Whose events they are is said by the token alone: an id here would have to be swept like the others.
    expect(fields.filter(takesIds).map(({ name }) => name)).toEqual([]);
    const ofAcme = new Set(idsIn(await crawl(acme)));
    const told = new Map<string, number>();
    for (const field of fields) {
      const { source, variables } = operationFor(schema, 'subscription', field, ({ path }) => (path === 'after' ? encodePosition(LOG_START) : undefined));
      const stream = globex.follow<unknown>(source, variables);
      // Of bookings there are many, which come at once; what may never happen is not waited for long.
      const over = setTimeout(() => void stream.return(), field.name === 'bookingUpdated' ? 60_000 : 2_000);
      let events = 0;
      for await (const event of stream) {
        const ids = idsIn(event);
        expect({ field: field.name, foreign: ids.filter((id) => ofAcme.has(id)) }).toEqual({ field: field.name, foreign: [] });
        told.set(field.name, (told.get(field.name) ?? 0) + ids.length);
        events += 1;
        if (events === 20) break;
      }
      clearTimeout(over);
    }
    expect(told.get('bookingUpdated')).toBeGreaterThan(10);
  });

  it('resolves no entity of another company in any subgraph', async () => {
    const leaks: string[] = [];
    let asked = 0;
    for (const { name, schema: subgraph, ask } of platform.subgraphsAs('globex')) {
      const entities = subgraph.getType('_Entity');
      const types = entities && 'getTypes' in entities ? entities.getTypes() : [];
      for (const type of types) {
        for (const id of foreign.values()) {
          const leaf = Object.values(type.getFields()).find((field) => field.name !== 'id' && field.args.length === 0 && String(field.type).replace('!', '') === 'String');
          const source = `query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on ${type.name} { id ${leaf?.name ?? ''} } } }`;
          const read = async (of: string) => (await ask(source, { r: [{ __typename: type.name, id: of }] })).data?.['_entities'];
          const [one, other] = [await read(id), await read(unknownLike(id))];
          asked += 1;
          // A stub gives its own id back; anything more than for an unknown id is a leak.
          if (comparable(one).replaceAll(id, '') !== comparable(other).replaceAll(/[a-z]{3}_[0-9a-f]{32}/g, '')) {
            leaks.push(`${name} ${type.name} ${comparable(one)} ≠ ${comparable(other)}`);
          }
        }
      }
    }
    expect(leaks).toEqual([]);
    expect(asked).toBeGreaterThan(0);
  });

  it('was not given one row of another company by the database in all of this', () => {
    expect(watch.foreign()).toEqual([]);
    expect(watch.rows()).toBeGreaterThan(10_000);
  });

  it('would have been noticed, had the database given it one', async () => {
    const security = (how: 'DISABLE' | 'ENABLE') => queryDatabase(platform, `ALTER TABLE booking.booking ${how} ROW LEVEL SECURITY`);
    await security('DISABLE');
    await globex.ask('query ($id: ID!) { booking(id: $id) { id } }', { id: foreign.get('bkg') });
    await security('ENABLE');
    const tenants = await queryDatabase<{ slug: string; id: string }>(platform, 'SELECT slug, id FROM tenancy.tenant');
    const idOf = new Map(tenants.map(({ slug, id }) => [slug, id]));
    expect(watch.foreign()).toContainEqual(expect.objectContaining({ boundTo: idOf.get('globex'), heldBy: idOf.get('acme') }));
  });
});
