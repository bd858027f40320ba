import { once } from 'node:events';
import { Agent, createServer, get, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { closeServer } from '../gateway.js';
import { watchSilentConnections } from './silent-connections.js';

test('who has connected and asked nothing does not keep a server from stopping', async () => {
  const server = createServer((_message, response) => response.end('answered'));
  watchSilentConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const silent = connect(port, '127.0.0.1');
  const arrived = once(server, 'connection');
  await Promise.all([once(silent, 'connect'), arrived]);
  const gone = once(silent, 'close');
  await closeServer(server);
  await gone;
  expect(silent.destroyed).toBe(true);
});

test('nor does who keeps its connection after the answer that was under way', async () => {
  // For longer than the test may take.
  const server = createServer({ keepAliveTimeout: 600_000 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const answered = once(get({ port, host: '127.0.0.1', agent }), 'response');
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  const closed = closeServer(server);
  response.end('answered');
  const [{ statusCode }] = (await answered) as [{ readonly statusCode: number }];
  expect(statusCode).toBe(200);
  await closed;
  agent.destroy();
});
