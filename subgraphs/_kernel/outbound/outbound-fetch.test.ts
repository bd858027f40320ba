import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOutboundFetch, isOutside } from './outbound-fetch.js';

describe('a call to an address that a company names', () => {
  const server = createServer((request, response) => {
    if (request.url === '/elsewhere') return void response.writeHead(302, { location: '/' }).end();
    response.end('inside');
  });
  let port = 0;

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('reaches nothing of our own networks, by address or by name', async () => {
    const guarded = createOutboundFetch(false);
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '0x7f.1']) {
      await expect(guarded(`http://${host}:${port}/`)).rejects.toThrow();
    }
  });

  it('may reach them in development, and follows no redirect even then', async () => {
    const open = createOutboundFetch(true);
    expect(await (await open(`http://localhost:${port}/`)).text()).toBe('inside');
    expect((await open(`http://127.0.0.1:${port}/elsewhere`)).status).toBe(302);
  });

  it.each(['10.1.2.3', '169.254.169.254', '192.168.0.1', 'fd00::1', '::ffff:127.0.0.1', 'not an address'])(
    'takes %s for no address outside',
    (address) => expect(isOutside(address)).toBe(false),
  );
  it.each(['93.184.216.34', '2606:2800:220:1::1'])('takes %s for one', (address) => expect(isOutside(address)).toBe(true));
});
