import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execute, parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { addressesIn } from './plain-endpoints.js';
import { createPlainGateway, type PlainGateway } from './plain.js';
import { createRecordingLogger } from './support/sample-gateway.js';
import { SAMPLE_SUBGRAPHS, sampleSchemas, sampleSupergraph, type SampleSubgraph } from './support/sample-graph.js';

const servers: Server[] = [];
const headersSeen: IncomingMessage['headers'][] = [];

async function answer(name: SampleSubgraph, message: IncomingMessage, response: ServerResponse): Promise<void> {
  headersSeen.push(message.headers);
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as {
    query: string;
    variables?: Record<string, unknown>;
  };
  const result = await execute({ schema: sampleSchemas[name], document: parse(query), variableValues: variables ?? {} });
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
}

/** A subgraph as others write them: a path of its own, no envelope, subscriptions beside it. */
async function serve(name: SampleSubgraph): Promise<string> {
  const server = createServer((message, response) => void answer(name, message, response));
  useServer({ schema: sampleSchemas[name] }, new WebSocketServer({ server, path: `/${name}/query` }));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}/query`;
}

describe('a plain gateway', () => {
  let supergraph = sampleSupergraph;
  let gateway: PlainGateway;
  let url: string;

  beforeAll(async () => {
    for (const name of SAMPLE_SUBGRAPHS) {
      supergraph = supergraph.replace(`url: "http://${name}"`, `url: "${await serve(name)}"`);
    }
    gateway = await createPlainGateway(supergraph, createRecordingLogger().logger);
    ({ url } = await gateway.listen({ host: '127.0.0.1', port: 0 }));
  });
  afterAll(async () => {
    await gateway.stop();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  const ask = async (query: string, variables = {}): Promise<unknown> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  };

  test('says that it is up', async () => {
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  test('joins subgraphs that are at addresses of their own, and sends them no envelope', async () => {
    const result = await ask('query ($n: Int!) { bookings(first: $n) { id customer { name } product { shipping } } }', { n: 1 });
    expect(result).toEqual({
      data: { bookings: [{ id: 'b1', customer: { name: expect.any(String) }, product: { shipping: expect.any(String) } }] },
    });
    expect(headersSeen.filter((headers) => Object.keys(headers).some((name) => name.includes('envelope')))).toEqual([]);
  });

  test('gives nobody the fields that are protected elsewhere', async () => {
    expect(await ask('{ forgotten admins { email } }')).toEqual({
      data: { forgotten: 'nobody decided', admins: expect.arrayContaining([{ email: 'u1@example.com' }]) },
    });
  });

  test('refuses no operation for its size', async () => {
    const aliases = Array.from({ length: 200 }, (_, index) => `a${index}: forgotten`).join(' ');
    expect(Object.keys(((await ask(`{ ${aliases} }`)) as { data: object }).data)).toHaveLength(200);
  });

  test('streams a subscription, joined with what other subgraphs know', async () => {
    const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
    const events: unknown[] = [];
    for await (const event of client.iterate({ query: 'subscription { pulse(count: 2) { id customer { name } } }' })) {
      events.push(event);
    }
    await client.dispose();
    expect(events).toMatchObject([
      { data: { pulse: { id: 'b1', customer: { name: expect.any(String) } } } },
      { data: { pulse: { id: 'b2' } } },
    ]);
  });
});

describe('the addresses of a supergraph', () => {
  test('are those of join__Graph, by the names of the subgraphs', () => {
    expect([...addressesIn(sampleSupergraph).keys()].sort()).toEqual([...SAMPLE_SUBGRAPHS].sort());
  });

  test('are missed with the name of the subgraph', () => {
    const without = sampleSupergraph.replace('url: "http://booking"', 'url: ""');
    expect(() => addressesIn(without)).toThrow(/booking/);
  });

  test('are not found in a file that is no supergraph', () => {
    expect(() => addressesIn('type Query { a: Int }')).toThrow(/not a supergraph/);
  });
});

describe('npm run gateway', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'spine-plain-'));
    await writeFile(path.join(folder, 'supergraph.graphql'), sampleSupergraph);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = async (given: readonly string[], env: Readonly<Record<string, string>>) => {
    const child = spawn(
      process.execPath,
      ['infra/local/run.mjs', 'gateway/plain-main.ts', '--supergraph', path.join(folder, 'supergraph.graphql'), ...given],
      // eslint-disable-next-line no-restricted-properties -- a child process needs the search path of its parent
      { env: { PATH: process.env['PATH'], ...env }, stdio: 'pipe' },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('/graphql')) child.kill('SIGTERM');
    });
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  };

  test('starts from the file and ends when told to', async () => {
    const { code, output } = await run(['--port', '0', '--plain'], {});
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/http:\/\/127\.0\.0\.1:\d+\/graphql/) });
  });

  test.each([
    ['in production', ['--port', '0', '--plain'], { NODE_ENV: 'production', APP_ENV: 'development' }, /production/],
    ['without --plain', ['--port', '0'], {}, /--plain/],
    ['on a port that is none', ['--port', 'many', '--plain'], {}, /--port/],
  ])('does not start %s', async (_name, given, env, said) => {
    expect(await run(given, env as Record<string, string>)).toEqual({ code: 1, output: expect.stringMatching(said) });
  }, 60_000);
});
