import { once } from 'node:events';
import { createServer } from 'node:http';
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
