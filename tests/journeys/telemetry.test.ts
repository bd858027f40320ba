import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { createHttpEndpoint } from '../../gateway/endpoints/http-endpoint.js';
import { gatewayConfigOf } from '../../gateway/gateway-config.js';
import { createGateway } from '../../gateway/gateway.js';
import { createPlatform, SUPERGRAPH_FILE, type Platform } from '../../infra/local/platform.js';
import { createLogger } from '../../infra/runtime/log.js';
import { serveSubgraph } from '../../subgraphs/_kernel/http/subgraph-server.js';
import { systemClock } from '../../subgraphs/_kernel/request/clock.js';
import type { SubgraphEndpoint } from '../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { SubgraphName } from '../../subgraphs/_kernel/wire/subgraph-names.js';
import { startCollector, type CollectedSpan, type Collector } from '../support/collector.js';
import type { TestDatabase } from '../support/database.js';
import { PLATFORM_START_MS, platformConfig } from '../support/platform.js';
import { createSeededDatabase } from '../support/seeded-template.js';
import { DEMO_PASSWORD } from './main-job.js';

const ENVELOPE_SECRET = 'an envelope secret of thirty-two characters';
const EMAIL = 'owner@acme.example';
const TRACES = { inProcess: 'a'.repeat(32), overHttp: 'b'.repeat(32) };
const CLIENT_SPAN = 'c'.repeat(16);
const PLANTED = {
  authorization: 'Bearer planted-token-1f2e3d',
  'x-api-key': 'planted-key-4c5b6a',
  cookie: 'session=planted-cookie-7a8b9c',
};

const SIGN_IN = `mutation SignIn($input: LoginInput!) { login(input: $input) { ... on AuthPayload { accessToken } } }`;
const JOINED = `query Joined { me { email } bookings(first: 2) { edges { node { id client { displayName } payment { status } } } } }`;

interface Asked {
  readonly token?: string;
  readonly trace?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(url: string, query: string, { token, trace, variables, headers }: Asked = {}): Promise<unknown> {
  const { body } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: {
      host: 'acme.localhost',
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(trace ? { traceparent: `00-${trace}-${CLIENT_SPAN}-01` } : {}),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  return body.json();
}

describe('what is seen of a request from outside', () => {
  let collector: Collector;
  let database: TestDatabase;
  let folder: string;
  let platform: Platform;
  let accessToken: string;
  let explained: string;
  const lines: Record<string, unknown>[] = [];
  const log = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };

  beforeAll(async () => {
    collector = await startCollector();
    folder = await mkdtemp(path.join(tmpdir(), 'spine-telemetry-'));
    database = await createSeededDatabase(platformConfig, folder);
    const config = await platformConfig(database.url, { LOG_LEVEL: 'trace', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    platform = createPlatform({
      config,
      folder,
      progress: { step: () => undefined, done: () => undefined },
      seed: true,
      logTo: log,
    });
    const { url, subgraphs, endpoints } = await platform.start();
    const signedIn = (await ask(url, SIGN_IN, { variables: { input: { email: EMAIL, password: DEMO_PASSWORD } } })) as {
      readonly data: { readonly login: { readonly accessToken: string } };
    };
    ({ accessToken } = signedIn.data.login);
    expect(await ask(url, JOINED, { token: accessToken, trace: TRACES.inProcess })).not.toHaveProperty('errors');
    await ask(url, SIGN_IN, { variables: { input: { email: EMAIL, password: 'planted-password-0d1e2f' } } });
    for (const [name, value] of Object.entries(PLANTED)) await ask(url, '{ __typename }', { headers: { [name]: value } });

    const explain = ['infra/local/run.mjs', 'clients/cli/explain.ts', JOINED];
    const whom = ['--url', url, '--tenant', 'acme', '--as', EMAIL];
    explained = (await promisify(execFile)(process.execPath, [...explain, ...whom])).stdout;

    // The same platform once more, with every subgraph behind HTTP.
    const logger = createLogger({ name: 'apart', level: 'trace', destination: log });
    const servers = await Promise.all(
      Object.values(subgraphs).map(async ({ name, schema }) => {
        const parts = { endpoint: endpoints[name], schema, envelopeSecret: ENVELOPE_SECRET, clock: systemClock, logger };
        return { name, server: await serveSubgraph(parts, { host: '127.0.0.1', port: 0 }) };
      }),
    );
    const remote = Object.fromEntries(
      servers.map(({ name, server }) => [name, createHttpEndpoint({ name, url: server.url, envelopeSecret: ENVELOPE_SECRET })]),
    ) as Record<SubgraphName, SubgraphEndpoint>;
    const gateway = await createGateway({
      supergraphSdl: await readFile(SUPERGRAPH_FILE, 'utf8'),
      endpoints: remote,
      logger,
      config: { ...gatewayConfigOf(config, 10_000), metricsAddress: null },
    });
    const { url: apart } = await gateway.listen({ host: '127.0.0.1', port: 0 });
    expect(await ask(apart, JOINED, { token: accessToken, trace: TRACES.overHttp })).not.toHaveProperty('errors');
    await gateway.stop();
    await Promise.all(Object.values(remote).map((endpoint) => endpoint.close()));
    await Promise.all(servers.map(({ server }) => server.stop()));
    // Stopping sends what has not been sent yet.
    await platform.stop();
  }, PLATFORM_START_MS);

  afterAll(async () => {
    await platform.stop();
    await collector.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const spansOf = (traceId: string): readonly CollectedSpan[] => collector.spans.filter((span) => span.traceId === traceId);

  it.each(Object.entries(TRACES))('is one trace from the client to SQL, %s', (_how, traceId) => {
    const spans = spansOf(traceId);
    const roots = spans.filter(({ parentId }) => parentId === null || !spans.some(({ spanId }) => spanId === parentId));
    expect(roots.map(({ name, parentId }) => [name, parentId])).toEqual([['query Joined', CLIENT_SPAN]]);
    expect(spans.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['stage authentication', 'stage authorization', 'stage planning', 'stage execution']),
    );

    const fetched = ['booking', 'identity', 'commerce'];
    const statements = spans.filter(({ attributes }) => attributes['db.system.name'] === 'postgresql');
    for (const name of fetched) {
      const way = [`${name} execute`, `fetch ${name}`, 'stage execution', 'query Joined'];
      expect(statements.map((span) => collector.wayUp(span).slice(1))).toContainEqual(way);
    }
    const texts = statements.map(({ attributes }) => attributes['db.query.text']);
    expect(texts).toContainEqual(expect.stringMatching(/SELECT .*"booking".*\$1/s));
    expect(spans.find(({ name }) => name === 'query Joined')?.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': '200',
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Joined',
    });
  });

  it('is explained on the command line', () => {
    expect(explained).toContain('Fetch(service: "booking")');
    expect(explained).toMatch(/Stages:\n +tenant +\d+\.\d\d ms/);
    expect(explained).toMatch(/Fetches:\n(?: +\w+ +\d+\.\d\d ms\n)* +booking +\d+\.\d\d ms/);
  });

  it('links what an event caused to the request that wrote it', () => {
    const signIns = new Set(collector.spans.filter(({ name }) => name === 'mutation SignIn').map(({ traceId }) => traceId));
    const caused = collector.spans.filter(({ linkedTo }) => linkedTo.some((traceId) => signIns.has(traceId)));
    expect(caused.length).toBeGreaterThan(0);
    expect(caused.every(({ parentId }) => parentId === null)).toBe(true);
  });

  it('holds no password, token, key, cookie or e-mail address, in spans or in any line of the log', () => {
    const secrets = [DEMO_PASSWORD, 'planted-', EMAIL, ENVELOPE_SECRET];
    const everything = JSON.stringify(collector.spans) + JSON.stringify(lines);
    expect(lines.length).toBeGreaterThan(10);
    expect([...secrets, accessToken].filter((secret) => everything.includes(secret))).toEqual([]);
  });

  it('is told in the log with request, company and trace', () => {
    const answered = lines.filter(({ msg }) => msg === 'operation answered');
    const joined = answered.filter(({ operation }) => operation === 'Joined');
    expect(joined.map(({ trace_id: trace }) => trace)).toEqual(expect.arrayContaining(Object.values(TRACES)));
    for (const line of answered) {
      expect(line).toEqual(expect.objectContaining({ requestId: expect.any(String), tenantId: expect.any(String) }));
    }
  });
});
