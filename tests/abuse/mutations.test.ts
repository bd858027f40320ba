import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { Supergraph } from '@apollo/federation-internals';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphQLSchema } from 'graphql';
import type { Graph, GraphAnswer } from '../../clients/cli/graph.js';
import { SUPERGRAPH_FILE } from '../../infra/local/platform.js';
import { graphOf, signIn } from '../journeys/main-job.js';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import { operationFor, type ValueChooser } from '../support/schema-walk.js';
import { queryDatabase } from './database.js';

/** One way to be difficult: a value for each kind of input. */
interface Malice {
  readonly name: string;
  readonly text: string;
  readonly int: number;
  readonly minor: number;
  readonly instant: string;
  readonly date: string;
}

const MALICE: readonly Malice[] = [
  { name: 'nothing at all', text: '', int: 0, minor: 0, instant: '1970-01-01T00:00:00Z', date: '1970-01-01' },
  { name: 'the smallest there is', text: ' ', int: -2_147_483_648, minor: Number.MIN_SAFE_INTEGER, instant: '0001-01-01T00:00:00Z', date: '0001-01-01' },
  { name: 'the largest there is', text: 'x'.repeat(200_000), int: 2_147_483_647, minor: Number.MAX_SAFE_INTEGER, instant: '9999-12-31T23:59:59Z', date: '9999-12-31' },
  { name: 'odd characters', text: 'a\u0000b\u202e\uD83D\uDCA5\uFFFF\u0007', int: 1, minor: 1, instant: '2030-01-07T10:00:00+14:00', date: '2028-02-29' },
  { name: 'a lone surrogate', text: 'x\uD800y', int: 1, minor: 1, instant: '2030-06-30T23:59:59.999999999Z', date: '2030-06-30' },
  { name: 'other languages', text: `'; DROP TABLE booking.booking; -- <script>alert(1)</script> {{7*7}} %s%n`, int: 7, minor: -1, instant: '2030-01-07T10:00:00Z', date: '2030-01-07' },
];

/** What happens by being refused; ops counts it, and may raise an incident. */
const FACTS_OF_REFUSALS: ReadonlySet<string> = new Set(['identity.login_failed', 'identity.proof_refused']);

/** Events that are neither a fact of the refusal nor what ops makes of one. */
const changesIn = (types: readonly string[]): readonly string[] => {
  const isCounted = types.some((type) => FACTS_OF_REFUSALS.has(type));
  return types.filter((type) => !FACTS_OF_REFUSALS.has(type) && !(isCounted && type.startsWith('ops.')));
};

interface Person {
  readonly graph: Graph;
  /** Fields taken out of what she asks before anything is planned: what she sends with them is never looked at. */
  readonly closed: Set<string>;
}

/** @param coordinate such as `Mutation.login` */
const isClosed = ({ errors = [] }: GraphAnswer<unknown>, coordinate: string): boolean =>
  errors.some(({ extensions }) => extensions?.coordinate === coordinate);

const choosing =
  (malice: Malice): ValueChooser =>
  ({ typeName, path, enumValues }) => {
    if (enumValues.length > 0) return enumValues.at(-1);
    if (path.endsWith('idempotencyKey')) return randomBytes(8).toString('hex');
    switch (typeName) {
      case 'Int':
        return malice.int;
      case 'Float':
        return malice.int / 3;
      case 'MinorUnits':
        return malice.minor;
      case 'Boolean':
        return true;
      case 'DateTime':
        return malice.instant;
      case 'LocalDate':
        return malice.date;
      case 'JSON':
        return { deep: { deeper: [malice.text, null] } };
      default:
        return malice.text;
    }
  };

describe('every field of the graph that takes input', () => {
  let platform: TestPlatform;
  let schema: GraphQLSchema;
  let people: readonly Person[];

  beforeAll(async () => {
    platform = await startTestPlatform({ environment: { RATE_LIMIT_PRINCIPAL: '1000000', RATE_LIMIT_TENANT: '1000000', RATE_LIMIT_ADDRESS: '1000000' } });
    schema = Supergraph.build(await readFile(SUPERGRAPH_FILE, 'utf8'), { supportedFeatures: null }).apiSchema().toGraphQLJSSchema();
    const acme = graphOf(platform.url, 'acme');
    const graphs = [acme, await signIn(acme, 'client@acme.example'), await signIn(acme, 'owner@acme.example')];
    people = graphs.map((graph) => ({ graph, closed: new Set() }));
  }, PLATFORM_START_MS);
  afterAll(() => platform.stop());

  it.each(MALICE)('answers $name with a clear error or a result, never with an internal error', async (malice) => {
    const failures: string[] = [];
    for (const kind of ['query', 'mutation'] as const) {
      const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
      // Signing out would leave nobody to go on with.
      const fields = Object.values(type?.getFields() ?? {}).filter((field) => field.args.length > 0 && field.name !== 'logout');
      for (const field of fields) {
        const { source, variables } = operationFor(schema, kind, field, choosing(malice), 0);
        const asked = people.filter(({ closed }) => !closed.has(field.name));
        const answers = await Promise.all(asked.map(({ graph }) => graph.ask(source, variables)));
        for (const [index, answer] of answers.entries()) {
          if (isClosed(answer, `${type?.name}.${field.name}`)) asked[index]?.closed.add(field.name);
          const text = JSON.stringify(answer);
          if (text.includes('INTERNAL_SERVER_ERROR') || (answer.data === undefined && !answer.errors)) {
            failures.push(`${field.name}: ${text.slice(0, 300)}`);
          }
        }
      }
    }
    expect(failures).toEqual([]);
  }, 240_000);

  it('leaves nothing half done: of what it refused there is no event but of the refusal', async () => {
    const refused = await queryDatabase<{ mutation: string; types: readonly string[] }>(
      platform,
      `SELECT r.payload->>'mutation' AS mutation, array_remove(array_agg(DISTINCT e.type), r.type) AS types
       FROM kernel.outbox_event r
       JOIN kernel.outbox_event e ON e.headers->>'requestId' = r.headers->>'requestId'
       WHERE r.type = 'kernel.mutation_answered' AND r.payload->>'outcome' <> 'done'
       GROUP BY r.payload->>'mutation', r.type`,
    );
    expect(refused.length).toBeGreaterThan(100);
    expect(refused.filter(({ types }) => changesIn(types).length > 0)).toEqual([]);
  });
});
