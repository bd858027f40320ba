import { parseArgs } from 'node:util';
import { request } from 'undici';
import { connectToGraph } from './graph.js';
import { CONNECTION_OPTIONS } from './options.js';
import { signIn } from './sign-in.js';

const USAGE = `Prints how the gateway answers an operation: its plan, what was cut, what it cost and how long each part took.
Not in production.

  npm run explain -- '{ bookings(first: 3) { edges { node { id client { displayName } } } } }' \\
    --tenant acme --as owner@acme.example

  --url URL          where the gateway listens (http://127.0.0.1:4000)
  --tenant NAME      the company; without it you sign in as platform staff
  --as EMAIL         who you are; nobody when left out
  --password PASS    Spine-demo-1! unless told otherwise
  --variables JSON   values of the operation's variables
`;

interface Explained {
  readonly plan: string | null;
  readonly planCache: string | null;
  readonly cost: number | null;
  readonly cuts: readonly { readonly path: string; readonly coordinate: string }[];
  readonly stages: readonly { readonly stage: string; readonly milliseconds: number }[];
  readonly fetches: readonly { readonly subgraph: string; readonly outcome: string; readonly milliseconds: number }[];
}

interface Answer {
  readonly errors?: readonly { readonly message: string; readonly path?: readonly (string | number)[] }[];
  readonly extensions?: { readonly explain?: Explained };
}

const took = (name: string, milliseconds: number): string => `  ${name.padEnd(28)} ${milliseconds.toFixed(2).padStart(9)} ms`;

function textOf({ plan, planCache, cost, cuts, stages, fetches }: Explained): string {
  return [
    plan ?? 'Nothing is fetched.',
    '',
    `Plan from the cache: ${planCache === 'hit' ? 'yes' : 'no'}.  Cost at most: ${cost ?? 'not priced'}.`,
    ...(cuts.length === 0 ? [] : ['', 'Cut:', ...cuts.map(({ path, coordinate }) => `  ${path}   (${coordinate})`)]),
    '',
    'Stages:',
    ...stages.map(({ stage, milliseconds }) => took(stage, milliseconds)),
    '',
    'Fetches:',
    ...fetches.map(({ subgraph, outcome, milliseconds }) => took(`${subgraph} ${outcome === 'ok' ? '' : outcome}`, milliseconds)),
  ].join('\n');
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...CONNECTION_OPTIONS,
      tenant: { type: 'string' },
      variables: { type: 'string', default: '{}' },
    },
  });
  const [query] = positionals;
  if (query === undefined) {
    console.log(USAGE);
    process.exitCode = 1;
    return;
  }
  const { url, tenant, as: email, password } = values;
  const host = tenant === undefined ? 'localhost' : `${tenant}.localhost`;
  const token = email === undefined ? null : await signIn(connectToGraph({ url, host }), tenant ?? null, email, password);
  const { body } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: {
      host,
      'content-type': 'application/json',
      'x-spine-explain': '1',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables: JSON.parse(values.variables) as unknown }),
  });
  const { errors = [], extensions } = (await body.json()) as Answer;
  for (const { message, path } of errors) console.log(`! ${path ? `${path.join('.')}: ` : ''}${message}`);
  console.log(extensions?.explain ? textOf(extensions.explain) : 'The gateway explains nothing: it did not run this, or it is in production.');
  process.exitCode = extensions?.explain ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
