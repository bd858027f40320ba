import { once } from 'node:events';
import { createServer, request as requestByHttp, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createServer as createTlsServer, type ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { newSigningPair } from '../../subgraphs/identity/identity-provider/signing-pair.js';
import { hasNginx, startTestNginx, type TestNginx } from '../support/nginx.js';

const HOST = 'acme.localhost';
/** OpenSSL speaks TLS 1.1 at this level alone. */
const OLD = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

/** The version that was agreed on. @throws when none was */
function protocolAt(port: number, options: ConnectionOptions): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', servername: HOST, rejectUnauthorized: false, ...options }, () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

const textOf = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

// Debian's package; `.ci/run` installs it.
(await hasNginx() ? describe : describe.skip)('nginx before the gateway', () => {
  let nginx: TestNginx;
  /** Stands in for the gateway, and tells what has come to it. */
  let upstream: Server;
  let sockets: WebSocketServer;
  let endStream = (): void => undefined;

  beforeAll(async () => {
    upstream = createServer((message, response) => {
      if (message.url === '/stream') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
        endStream = () => response.end('data: last\n\n');
        return;
      }
      void textOf(message).then((body) => {
        const { method, url, headers } = message;
        response.setHeader('strict-transport-security', 'max-age=1').end(JSON.stringify({ method, url, headers, length: body.length }));
      });
    });
    sockets = new WebSocketServer({ server: upstream, handleProtocols: () => 'graphql-transport-ws' });
    sockets.on('connection', (socket) => socket.on('message', (data: Buffer) => socket.send(`heard ${data.toString()}`)));
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    nginx = await startTestNginx(`127.0.0.1:${(upstream.address() as AddressInfo).port}`);
  });
  afterAll(async () => {
    await nginx.stop();
    sockets.close();
    upstream.closeAllConnections();
    upstream.close();
  });

  const ask = async (path: string, of: { readonly method?: string; readonly headers?: IncomingHttpHeaders; readonly body?: string } = {}) => {
    const { method = 'GET', headers = {}, body = '' } = of;
    const asked = request({ port: nginx.httpsPort, host: '127.0.0.1', servername: HOST, ca: nginx.certificate, checkServerIdentity: () => undefined, path, method, headers: { host: HOST, ...headers } });
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return answer;
  };

  it('speaks TLS 1.2 and 1.3, and refuses 1.1 to who could speak it', async () => {
    await expect(protocolAt(nginx.httpsPort, OLD)).rejects.toThrow();
    await expect(protocolAt(nginx.httpsPort, { maxVersion: 'TLSv1.2' })).resolves.toBe('TLSv1.2');
    await expect(protocolAt(nginx.httpsPort, {})).resolves.toBe('TLSv1.3');

    const { privateKey: key, certificate: cert } = await newSigningPair('localhost');
    const lenient = createTlsServer({ key, cert, ...OLD }).listen(0, '127.0.0.1');
    await once(lenient, 'listening');
    await expect(protocolAt((lenient.address() as AddressInfo).port, OLD)).resolves.toBe('TLSv1.1');
    lenient.close();
  });

  it('sends whoever comes without TLS to the same address with it', async () => {
    const asked = requestByHttp({ port: nginx.httpPort, host: '127.0.0.1', path: '/graphql?x=1', method: 'POST', headers: { host: HOST } });
    asked.end('{}');
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    expect([answer.statusCode, answer.headers.location]).toEqual([308, `https://${HOST}/graphql?x=1`]);
  });

  it('tells browsers once to come by TLS alone, and the gateway from where and to whom a request came', async () => {
    const spoofed = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', forwarded: 'for=203.0.113.9' };
    const answer = await ask('/graphql?y=2', { method: 'POST', headers: spoofed, body: 'x'.repeat(2_000_000) });
    expect(answer.statusCode).toBe(200);
    expect(answer.rawHeaders.filter((name) => name.toLowerCase() === 'strict-transport-security')).toHaveLength(1);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
    const { headers, ...seen } = JSON.parse(await textOf(answer)) as { readonly headers: IncomingHttpHeaders };
    expect(seen).toEqual({ method: 'POST', url: '/graphql?y=2', length: 2_000_000 });
    expect(headers).toMatchObject({ host: HOST, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': HOST, 'x-forwarded-proto': 'https' });
    expect(headers.forwarded).toBeUndefined();
  });

  it('hands an event on before the stream has ended', async () => {
    const answer = await ask('/stream', { headers: { accept: 'text/event-stream' } });
    const chunks = answer.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string, undefined>;
    expect((await chunks.next()).value).toBe('data: first\n\n');
    endStream();
    expect((await chunks.next()).value).toBe('data: last\n\n');
  });

  it('lets a WebSocket through', async () => {
    const socket = new WebSocket(`wss://127.0.0.1:${nginx.httpsPort}/graphql`, 'graphql-transport-ws', { rejectUnauthorized: false, headers: { host: HOST } });
    await once(socket, 'open');
    expect(socket.protocol).toBe('graphql-transport-ws');
    const answer = once(socket, 'message');
    socket.send('ping');
    expect(String((await answer)[0])).toBe('heard ping');
    socket.close();
    await once(socket, 'close');
  });
});
