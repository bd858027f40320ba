import { once } from 'node:events';
import { request as httpRequest, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { brotliDecompressSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { createMetrics } from '../metrics.js';
import { createRecordingLogger, requestWithHost, SAMPLE_CONFIG, startSampleGateway, type SampleGateway } from '../support/sample-gateway.js';
import { createHttpFront, type Patience } from './http-front.js';
import type { Route } from './route.js';
import { preferredCoding } from './content-encoding.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const ACME = 'acme.spine.test';
const USERS = JSON.stringify({ query: '{ users { id } }' });
const LONG = JSON.stringify({ query: `{ ${Array.from({ length: 15 }, (_, at) => `u${at}: users { id name }`).join(' ')} }` });

let gateway: SampleGateway;
let local: SampleGateway;
beforeAll(async () => {
  gateway = await startSampleGateway({ metricsAddress: { host: '127.0.0.1', port: 0 } });
  local = await startSampleGateway({ localOrigins: true });
});
afterAll(async () => {
  await gateway.gateway.stop();
  await local.gateway.stop();
});

const preflight = (origin: string, host = ACME, at: SampleGateway = gateway) =>
  requestWithHost(
    `${at.url}/graphql`,
    host,
    { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    undefined,
    'OPTIONS',
  );

describe('a page of another origin', () => {
  const own = [`https://${ACME}`, 'https://book.acme.example'];

  test.each(own)('at %s, which is the tenant’s own, is let in and told what it may read', async (origin) => {
    const { status, headers } = await preflight(origin);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization/);
    expect(headers.get('access-control-max-age')).toBe('7200');
    expect(headers.get('vary')).toMatch(/origin/);
    expect(headers.has('access-control-allow-credentials')).toBe(false);

    const answer = await requestWithHost(`${gateway.url}/graphql`, ACME, { ...JSON_TYPE, origin }, USERS);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/x-request-id, retry-after, ratelimit/);
    expect(answer.headers.get('vary')).toMatch(/origin/);
  });

  test.each([
    ['of another tenant', 'https://globex.spine.test'],
    ['of nobody', 'https://evil.example'],
    ['that only ends like ours', `https://evil${ACME}`],
    ['that begins like ours', `https://${ACME}.evil.example`],
    ['without TLS', 'http://book.acme.example'],
    ['at another port', `https://${ACME}:8443`],
    ['of the platform', 'https://spine.test'],
    ['that is null', 'null'],
    ['that is a file', 'file://'],
    ['of this machine', 'http://localhost:3000'],
    ['that is a star', '*'],
    ['with a path', `https://${ACME}/x`],
    ['with a user', `https://me@${ACME}`],
  ])('%s is refused, and never repeated', async (_what, origin) => {
    const refused = await preflight(origin);
    expect(refused.status).toBe(403);
    const answer = await requestWithHost(`${gateway.url}/graphql`, ACME, { ...JSON_TYPE, origin }, USERS);
    for (const { headers } of [refused, answer]) {
      expect(headers.has('access-control-allow-origin')).toBe(false);
      expect(headers.get('vary')).toMatch(/origin/);
    }
  });

  test('is refused at the host of a tenant that does not exist, its own included', async () => {
    expect((await preflight('https://nobody.spine.test', 'nobody.spine.test')).status).toBe(403);
  });

  test('is let in without being asked who it is: a preflight cannot say', async () => {
    const before = gateway.calls.length;
    expect((await preflight(own[0] ?? '')).status).toBe(204);
    expect(gateway.calls).toHaveLength(before);
  });

  test('on a developer’s machine may stand at any port of the tenant’s name, and of no other tenant’s', async () => {
    expect((await preflight(`http://${ACME}:5173`, ACME, local)).status).toBe(204);
    expect((await preflight('http://localhost:5173', 'spine.test', local)).status).toBe(204);
    expect((await preflight('http://globex.spine.test:5173', ACME, local)).status).toBe(403);
    expect((await preflight('http://localhost:5173', ACME, local)).status).toBe(403);
    expect((await preflight('https://evil.example', ACME, local)).status).toBe(403);
  });

  const opening = async (origin: string | null): Promise<number> => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { host: ACME },
      ...(origin === null ? {} : { origin }),
    });
    const status = await new Promise<number>((resolve, reject) => {
      socket.once('open', () => resolve(101));
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.once('error', reject);
    });
    // One that was refused fails once more when it is let go.
    socket.on('error', () => undefined);
    socket.terminate();
    return status;
  };

  test('opens no WebSocket; a program without an origin, and a page of the tenant’s, do', async () => {
    expect(await opening('https://evil.example')).toBe(403);
    expect(await opening('https://globex.spine.test')).toBe(403);
    expect(await opening('null')).toBe(403);
    expect(await opening(`https://${ACME}`)).toBe(101);
    expect(await opening(null)).toBe(101);
  });
});

describe('compression', () => {
  const raw = (acceptEncoding: string, body: string) =>
    new Promise<{ encoding: string | undefined; bytes: Buffer }>((resolve, reject) => {
      const headers = { ...JSON_TYPE, host: ACME, 'accept-encoding': acceptEncoding };
      const outgoing = httpRequest(`${gateway.url}/graphql`, { method: 'POST', headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ encoding: response.headers['content-encoding'], bytes: Buffer.concat(chunks) }));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });

  test.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
  ])('by %s gives the same answer in fewer bytes', async (coding, undo) => {
    const plain = await raw('identity', LONG);
    expect(plain.encoding).toBeUndefined();
    const { encoding, bytes } = await raw(coding, LONG);
    expect(encoding).toBe(coding);
    expect(bytes.length).toBeLessThan(plain.bytes.length);
    expect(undo(bytes).toString()).toBe(plain.bytes.toString());
  });

  test('leaves alone what is short', async () => {
    expect((await raw('gzip, br', USERS)).encoding).toBeUndefined();
  });

  test.each([
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0.1, gzip;q=0.9', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['*;q=0', null],
    ['identity', null],
    ['identity;q=1, gzip;q=0.5', null],
    ['gzip;q=x', null],
    ['', null],
    ['zstd', null],
  ])('of "%s" is by %s', (header, coding) => expect(preferredCoding(header)).toBe(coding));
});

describe('a compressed request', () => {
  const send = (coding: string, body: Buffer) =>
    requestWithHost(`${gateway.url}/graphql`, ACME, { ...JSON_TYPE, 'content-encoding': coding }, body);

  test('by gzip is read', async () => {
    const { status, body } = await send('gzip', gzipSync(USERS));
    expect({ status, body }).toEqual({ status: 200, body: expect.stringContaining('u1') });
  });

  test('that grows past the limit is refused before it has', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(SAMPLE_CONFIG.limits.bodyBytes);
    expect((await send('gzip', bomb)).status).toBe(413);
  });

  test('in any other way is refused with what would be accepted', async () => {
    const { status, headers } = await send('br', Buffer.from(USERS));
    expect({ status, accepted: headers.get('accept-encoding') }).toEqual({ status: 415, accepted: 'gzip, identity' });
    expect((await send('gzip', Buffer.from(USERS))).status).toBe(400);
  });
});

describe('methods', () => {
  test.each([
    ['DELETE', '/graphql', 'GET, HEAD, POST'],
    ['PUT', '/health/live', 'GET, HEAD'],
    ['GET', '/webhooks/stripe', 'POST'],
  ])('%s %s is refused with those that are served', async (method, path, allow) => {
    const { status, headers } = await requestWithHost(gateway.url + path, ACME, {}, undefined, method);
    expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow });
  });

  test('OPTIONS without a preflight names them; HEAD is GET without a body', async () => {
    const options = await requestWithHost(`${gateway.url}/graphql`, ACME, {}, undefined, 'OPTIONS');
    expect({ status: options.status, allow: options.headers.get('allow') }).toEqual({ status: 204, allow: 'GET, HEAD, POST' });
    const head = await requestWithHost(`${gateway.url}/health/live`, ACME, {}, undefined, 'HEAD');
    expect({ status: head.status, body: head.body, length: head.headers.get('content-length') }).toEqual({ status: 200, body: '', length: '11' });
  });
});

describe('headers', () => {
  test('of every answer close what a browser would leave open', async () => {
    for (const path of ['/graphql', '/nothing', '/health/live']) {
      const { headers } = await requestWithHost(gateway.url + path, ACME);
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'cache-control': expect.stringContaining('no-store'),
      });
      expect(headers.has('x-powered-by')).toBe(false);
      expect(headers.has('set-cookie')).toBe(false);
    }
  });

  test('that would break out of theirs reach neither the answer nor a subgraph', async () => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    const lines = ['GET /health/live HTTP/1.1', `host: ${ACME}`, 'x-request-id: abcdefgh\u0001set-cookie', 'connection: close', '', ''];
    socket.end(lines.join('\r\n'));
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).not.toMatch(/set-cookie/);
  });
});

describe('an answer that may be kept', () => {
  test('has a tag, and who names it is told that nothing changed; one that may not be kept has none', async () => {
    const { logger } = createRecordingLogger();
    const kept = { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' };
    const server = createHttpFront({
      routes: [
        { method: 'GET', path: '/kept', answer: () => ({ status: 200, headers: kept, body: '{"a":1}' }) },
        { method: 'GET', path: '/fresh', answer: () => ({ status: 200, headers: {}, body: '{"a":1}' }) },
      ],
      clientOf: () => ({ ip: null, host: 'x', secure: false }),
      bodyBytes: 1_000,
      metrics: createMetrics(),
      logger,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const first = await requestWithHost(`${url}/kept`, 'x');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[\w-]{27}"$/);
    for (const condition of [etag, `"other", ${etag}`, '*']) {
      const again = await requestWithHost(`${url}/kept`, 'x', { 'if-none-match': condition });
      expect({ status: again.status, body: again.body, etag: again.headers.get('etag') }).toEqual({ status: 304, body: '', etag });
    }
    expect((await requestWithHost(`${url}/kept`, 'x', { 'if-none-match': '"other"' })).status).toBe(200);
    expect((await requestWithHost(`${url}/fresh`, 'x')).headers.has('etag')).toBe(false);
    server.closeAllConnections();
    server.close();
  });
});

describe('the figures', () => {
  test('are at an address of their own and not at the public one', async () => {
    expect((await requestWithHost(`${gateway.url}/metrics`, ACME)).status).toBe(404);
    const apart = await startSampleGateway({ metricsAddress: { host: '127.0.0.1', port: 0 } });
    const { figuresUrl } = apart;
    expect((await requestWithHost(`${figuresUrl}/metrics`, 'prometheus')).body).toMatch(/spine_gateway_/);
    expect((await requestWithHost(`${figuresUrl}/graphql`, 'prometheus')).status).toBe(404);
    await apart.gateway.stop();
    await expect(requestWithHost(`${figuresUrl}/metrics`, 'prometheus')).rejects.toThrow(/ECONNREFUSED|socket hang up/);
  });
});

describe('a client that takes its time', () => {
  const startFront = async (route: Route, patience: Patience): Promise<Server> => {
    const server = createHttpFront({
      routes: [route],
      clientOf: () => ({ ip: null, host: 'x', secure: false }),
      bodyBytes: 1_000,
      metrics: createMetrics(),
      logger: createRecordingLogger().logger,
      patience,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };

  test.each([
    ['with its headers', 'POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: '],
    ['with its body', 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{'],
  ])('%s is hung up on', async (_what, beginning) => {
    const server = await startFront(
      { method: 'POST', path: '/graphql', answer: async ({ body }) => ({ status: 200, headers: {}, body: String(await body()) }) },
      { headersMs: 100, requestMs: 200, keepAliveMs: 1_000, unreadMs: 60_000, checkMs: 50 },
    );
    const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
    socket.write(beginning);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    server.close();
  });

  test('with reading its answer is hung up on, too', async () => {
    // More than the system's buffers hold.
    const body = 'x'.repeat(64 * 1024 * 1024);
    const server = await startFront(
      { method: 'GET', path: '/all', answer: () => ({ status: 200, headers: {}, body }) },
      { headersMs: 1_000, requestMs: 1_000, keepAliveMs: 1_000, unreadMs: 300, checkMs: 50 },
    );
    const opened = once(server, 'connection') as Promise<[Socket]>;
    const client = connect((server.address() as { port: number }).port, '127.0.0.1');
    client.on('error', () => undefined).pause();
    client.write('GET /all HTTP/1.1\r\nhost: x\r\n\r\n');
    const [socket] = await opened;
    await once(socket, 'close');
    expect(socket.bytesWritten).toBeGreaterThan(0);
    client.destroy();
    server.close();
  });
});
