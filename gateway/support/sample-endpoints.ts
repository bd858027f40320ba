import {
  createSourceEventStream,
  execute,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import type { Envelope } from '../../subgraphs/_kernel/wire/envelope.js';
import type { SubgraphEndpoint, SubgraphRequest } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import {
  REVOCATIONS_PATH,
  type Revocation,
  type RevocationEntry,
  type RevocationPage,
} from '../../subgraphs/_kernel/wire/revocations.js';
import type { FlagDefinition } from '../../subgraphs/_kernel/flags/evaluation/flag.js';
import { FLAG_FEED_PATH, type FlagPage } from '../../subgraphs/_kernel/wire/flag-feed.js';
import { SUBGRAPH_NAMES, type SubgraphName } from '../../subgraphs/_kernel/wire/subgraph-names.js';
import type { RouteRequest, RouteResponse } from '../../subgraphs/_kernel/wire/subgraph-route.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import { sampleSchemas, type SampleSubgraph } from './sample-graph.js';
import { publishedKeys } from './sample-tokens.js';

export interface RecordedCall {
  readonly subgraph: SubgraphName;
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly envelope: Envelope;
}

export interface RecordedRoute {
  readonly subgraph: SubgraphName;
  readonly request: RouteRequest;
  readonly envelope: Envelope;
}

export interface SampleEndpoints {
  readonly endpoints: Record<SubgraphName, SubgraphEndpoint>;
  readonly calls: RecordedCall[];
  readonly routes: RecordedRoute[];
  /** Takes something back, as identity or tenancy would. */
  revoke(revocation: Revocation, at?: number): void;
  /** Has a domain that was Acme's be nobody's, and tells so. */
  loseDomain(host: string): void;
  /** Has ops tell these flags from now on. */
  setFlags(...flags: readonly FlagDefinition[]): void;
  /** Signals that ops has received. */
  signals(): readonly { type: string; tenantId: string }[];
}

const tenant = (id: string, slug: string, status: TenantIdentity['status']): TenantIdentity => ({
  id,
  slug,
  name: slug,
  status,
  plan: 'STARTER',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
});

export const ACME = tenant('01900000-0000-7000-8000-00000000000a', 'acme', 'ACTIVE');
export const GLOBEX = tenant('01900000-0000-7000-8000-00000000000b', 'globex', 'ACTIVE');
export const IDLE = tenant('01900000-0000-7000-8000-00000000000c', 'idle', 'SUSPENDED');
export const LAPSED = tenant('01900000-0000-7000-8000-00000000000d', 'lapsed', 'TRIAL_EXPIRED');
const TENANTS = [ACME, GLOBEX, IDLE, LAPSED];

const json = (status: number, value: unknown): RouteResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

function tenancyRoute({ path, search }: RouteRequest, domains: ReadonlyMap<string, TenantIdentity>): RouteResponse | null {
  if (path !== '/internal/tenant') return null;
  const asked = new URLSearchParams(search);
  const found =
    TENANTS.find(({ id, slug }) => id === asked.get('id') || slug === asked.get('slug')) ??
    domains.get(asked.get('host') ?? '');
  return found ? json(200, found) : json(404, { errors: [] });
}

const isStream = (value: object): value is AsyncGenerator<unknown, void, void> => Symbol.asyncIterator in value;

const run = async (schema: GraphQLSchema, request: SubgraphRequest, rootValue?: unknown): Promise<ExecutionResult> => {
  const result = await execute({
    schema,
    document: request.document,
    variableValues: request.variables,
    operationName: request.operationName ?? null,
    rootValue,
  });
  // As it would come over HTTP: errors as plain objects, nothing shared with the resolvers' data.
  return JSON.parse(JSON.stringify(result)) as ExecutionResult;
};

/** Each event executed; leaving ends the source at once. */
function executed(
  source: AsyncGenerator<unknown, void, void>,
  execution: (event: unknown) => Promise<ExecutionResult>,
): AsyncGenerator<ExecutionResult, void, void> {
  const leave = async (): Promise<IteratorResult<ExecutionResult, void>> => {
    await source.return();
    return { done: true, value: undefined };
  };
  return {
    async next() {
      const event = await source.next();
      return event.done ? { done: true, value: undefined } : { done: false, value: await execution(event.value) };
    },
    return: leave,
    throw: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => void (await leave()),
  };
}

/** What was taken back, told to whoever asks: at once, or when something is. */
function createRevokedLog() {
  const entries: RevocationEntry[] = [];
  const waiting = new Set<() => void>();
  return {
    add(revocation: Revocation, at = Date.now()): void {
      entries.push({ revocation, at });
      for (const wake of waiting) wake();
      waiting.clear();
    },
    async after(search: string): Promise<RevocationPage> {
      const query = new URLSearchParams(search);
      const from = Number(query.get('after') ?? 0);
      if (query.has('wait') && entries.length <= from) {
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
          setTimeout(resolve, Number(query.get('wait'))).unref();
        });
      }
      return { entries: entries.slice(from), position: String(entries.length), more: false };
    },
  };
}

/** Flags, told to whoever asks: at once, or when they are others. */
function createToldFlags() {
  let version = 0;
  let flags: readonly FlagDefinition[] = [];
  const waiting = new Set<() => void>();
  return {
    set(next: readonly FlagDefinition[]): void {
      flags = next;
      version += 1;
      for (const wake of waiting) wake();
      waiting.clear();
    },
    async after(search: string): Promise<FlagPage> {
      const query = new URLSearchParams(search);
      if (query.get('known') === String(version)) {
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
          setTimeout(resolve, Number(query.get('wait'))).unref();
        });
      }
      return { version: String(version), flags };
    },
  };
}

const TOLD_TO_OPS: ReadonlySet<string> = new Set(['/internal/security-signals', '/internal/request-counts', '/internal/refused-requests']);

/** Every subgraph in this process; those that the sample graph lacks answer nothing. */
export function createSampleEndpoints(overrides: Partial<Record<SubgraphName, Partial<SubgraphEndpoint>>> = {}): SampleEndpoints {
  const revoked = createRevokedLog();
  const told = createToldFlags();
  const domains = new Map([['book.acme.example', ACME]]);
  const calls: RecordedCall[] = [];
  const routes: RecordedRoute[] = [];

  const forwardOf = (name: SubgraphName, request: RouteRequest): RouteResponse | null => {
    if (name === 'tenancy') return tenancyRoute(request, domains);
    if (name === 'identity' && request.path === '/.well-known/jwks.json') return json(200, publishedKeys);
    if (name === 'ops' && TOLD_TO_OPS.has(request.path)) return json(202, {});
    if (name === 'commerce' && request.path === '/webhooks/stripe') return json(200, { received: true });
    return null;
  };

  const endpointOf = (name: SubgraphName): SubgraphEndpoint => {
    const schema = name in sampleSchemas ? sampleSchemas[name as SampleSubgraph] : null;
    const record = ({ source, variables, envelope }: SubgraphRequest): GraphQLSchema => {
      calls.push({ subgraph: name, source, variables, envelope });
      if (!schema) throw new Error(`${name} serves no graph here`);
      return schema;
    };
    return {
      name,
      execute: async (request) => run(record(request), request),
      async subscribe(request) {
        const subscribed = record(request);
        const source = await createSourceEventStream({
          schema: subscribed,
          document: request.document,
          variableValues: request.variables,
          operationName: request.operationName ?? null,
        });
        if (!isStream(source)) return source as ExecutionResult;
        return executed(source, (event) => run(subscribed, request, event));
      },
      async forward(request, envelope) {
        if (request.path === REVOCATIONS_PATH) return json(200, await revoked.after(request.search));
        if (request.path === FLAG_FEED_PATH) return json(200, await told.after(request.search));
        routes.push({ subgraph: name, request, envelope });
        return forwardOf(name, request);
      },
      ready: async () => true,
      close: async () => undefined,
      ...overrides[name],
    };
  };

  return {
    endpoints: Object.fromEntries(SUBGRAPH_NAMES.map((name) => [name, endpointOf(name)])) as Record<SubgraphName, SubgraphEndpoint>,
    calls,
    routes,
    revoke: (revocation) => revoked.add(revocation),
    loseDomain(host) {
      domains.delete(host);
      revoked.add({ kind: 'tenant', tenant: ACME });
    },
    setFlags: (...flags) => told.set(flags),
    signals: () =>
      routes
        .filter(({ subgraph }) => subgraph === 'ops')
        .map(({ request }) => JSON.parse(Buffer.from(request.body).toString()) as { type: string; tenantId: string }),
  };
}
