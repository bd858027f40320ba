import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { connectToGraph, type Graph } from './graph.js';
import { buildManifest, clientSchemaOf, ManifestProblems, problemsOf, readManifest } from './manifest.js';
import { list, publish, retire, type RegisteredOperation } from './registry.js';
import { CONNECTION_OPTIONS } from './options.js';
import { signIn } from './sign-in.js';

const USAGE = `Registers what a client asks, so that it can ask it by id.

  npm run operations -- build operations.graphql --out manifest.json
  npm run operations -- check manifest.json
  npm run operations -- publish manifest.json --client kiosk --version 1.0.0 --owner acme --as owner@acme.example
  npm run operations -- list --client kiosk --owner acme --as owner@acme.example
  npm run operations -- retire ID [ID …] --client kiosk --on 2027-01-31 --replacement ID --owner acme --as …

  --url URL        where the gateway listens (http://127.0.0.1:4000)
  --owner NAME     the company whose client it is, or platform
  --host HOST      the name by which it is asked for (<owner>.localhost)
  --as EMAIL       who you are, with --password PASS (Spine-demo-1! unless told otherwise)
  --token TOKEN    an access token or API key in place of that
  --schema FILE    the supergraph that a manifest has to fit (schema/supergraph.graphql)
`;

const SUPERGRAPH = new URL('../../schema/supergraph.graphql', import.meta.url);

/** The command line is not one that is understood. */
class UsageError extends Error {}

const OPTIONS = {
  ...CONNECTION_OPTIONS,
  owner: { type: 'string' },
  host: { type: 'string' },
  token: { type: 'string' },
  schema: { type: 'string' },
  client: { type: 'string' },
  version: { type: 'string' },
  out: { type: 'string' },
  on: { type: 'string' },
  replacement: { type: 'string' },
} as const;

const readArguments = (args: readonly string[]) => parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
type Options = ReturnType<typeof readArguments>['values'];

function required(options: Options, name: 'client' | 'version' | 'owner' | 'out' | 'on'): string {
  const value = options[name];
  if (!value) throw new UsageError(`--${name} is missing`);
  return value;
}

const PLATFORM = 'platform';

async function graphOf(options: Options): Promise<Graph> {
  const owner = required(options, 'owner');
  const host = options.host ?? (owner === PLATFORM ? 'localhost' : `${owner}.localhost`);
  const graph = connectToGraph({ url: options.url, host });
  if (options.token) return graph.as(options.token);
  if (!options.as) throw new UsageError('Say who you are, with --as or --token');
  return graph.as(await signIn(graph, owner === PLATFORM ? null : owner, options.as, options.password));
}

/** @throws {ManifestProblems} */
async function checkedManifest(file: string | undefined, options: Options) {
  if (!file) throw new UsageError('Which manifest?');
  const manifest = readManifest(await readFile(file, 'utf8'));
  const problems = problemsOf(manifest, clientSchemaOf(await readFile(options.schema ?? SUPERGRAPH, 'utf8')));
  if (problems.length > 0) throw new ManifestProblems(problems);
  return manifest;
}

const lineOf = ({ documentId, name, lastVersion, uses, lastUsedAt, sunsetAt, replacement }: RegisteredOperation): string =>
  [
    `${documentId}  ${name}  last in ${lastVersion}  used ${uses} times${lastUsedAt ? `, last ${lastUsedAt}` : ''}`,
    ...(sunsetAt ? [`  goes on ${sunsetAt}${replacement ? `, use ${replacement}` : ''}`] : []),
  ].join('\n');

function instantOf(day: string): string {
  const at = new Date(day);
  if (Number.isNaN(at.getTime())) throw new UsageError('--on must be a date, such as 2027-01-31');
  return at.toISOString();
}

type Command = (positionals: readonly string[], options: Options, say: (line: string) => void) => Promise<void>;

const COMMANDS: Readonly<Record<string, Command>> = {
  async build([file], options, say) {
    if (!file) throw new UsageError('Which file of operations?');
    const manifest = buildManifest(await readFile(file, 'utf8'));
    await writeFile(required(options, 'out'), `${JSON.stringify(manifest, null, 2)}\n`);
    say(`${manifest.operations.length} operations.`);
  },
  async check([file], options, say) {
    const { operations } = await checkedManifest(file, options);
    say(`${operations.length} operations, all fit the schema.`);
  },
  async publish([file], options, say) {
    const [client, version] = [required(options, 'client'), required(options, 'version')];
    const manifest = await checkedManifest(file, options);
    const { added, unchanged, operations } = await publish(await graphOf(options), client, version, manifest);
    say(`${client} ${version}: ${added} added, ${unchanged} unchanged.`);
    for (const operation of operations) if (operation.sunsetAt) say(`Retired: ${lineOf(operation)}`);
  },
  async retire(ids, options, say) {
    const retirement = {
      client: required(options, 'client'),
      operations: ids,
      sunsetAt: instantOf(required(options, 'on')),
      replacement: options.replacement ?? null,
    };
    for (const operation of await retire(await graphOf(options), retirement)) say(lineOf(operation));
  },
  async list(_positionals, options, say) {
    const client = required(options, 'client');
    for (const operation of await list(await graphOf(options), client)) say(lineOf(operation));
  },
};

export interface Voice {
  readonly say: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** Runs one command. @returns the exit code */
export async function runOperations(args: readonly string[], { say, complain }: Voice): Promise<number> {
  try {
    const { values, positionals } = readArguments(args);
    const [name = '', ...rest] = positionals;
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw new UsageError(name === '' ? 'Which command?' : `There is no command ${name}`);
    await command(rest, values, say);
    return 0;
  } catch (error) {
    if (error instanceof ManifestProblems) for (const problem of error.problems) complain(problem);
    else complain(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) complain(`\n${USAGE}`);
    return 1;
  }
}
