import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, test } from '@jest/globals';
import { createOutgoing, type Outgoing } from './outgoing.js';
import { isPublicAddress } from './public-address.js';

describe('an address', () => {
  test.each([
    '127.0.0.1', '10.1.2.3', '172.31.255.255', '192.168.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '255.255.255.255',
    '::1', '::', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1', 'ff02::1', 'nothing',
  ])('%s is nowhere on the internet', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(['8.8.8.8', '172.32.0.1', '100.63.0.1', '2606:4700::1111', '2a00:1450::1'])('%s is', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('a call outwards', () => {
  let server: Server | undefined;
  let outgoing: Outgoing | undefined;

  afterEach(async () => {
    outgoing?.close();
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    server = undefined;
  });

  const serve = async (listener: RequestListener): Promise<number> => {
    server = createServer(listener);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const call = (url: string, timeoutMs = 5_000) => ({ url, headers: {}, body: '{}', timeoutMs });

  test.each([
    'http://hooks.example.com/', 'ftp://hooks.example.com/', 'nonsense', 'https://user:secret@hooks.example.com/', 'https://localhost/',
    'https://127.0.0.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://[::1]/', 'https://[::ffff:127.0.0.1]/', 'https://169.254.169.254/latest', 'https://10.0.0.8:8443/',
  ])('is not made to %s', async (url) => {
    outgoing = createOutgoing();
    expect(outgoing.problemWith(url)).toMatch(/^must/);
    await expect(outgoing.post(call(url))).rejects.toMatchObject({ final: true });
  });

  it('is not made to a public name that leads home, whatever it led to before', async () => {
    let asked = 0;
    outgoing = createOutgoing({
      lookup: (_hostname, options, callback) => {
        asked += 1;
        callback(null, options.all ? [{ address: '8.8.8.8', family: 4 }, { address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);
      },
    });
    expect(outgoing.problemWith('https://rebinding.example.com/')).toBeNull();
    await expect(outgoing.post(call('https://rebinding.example.com/'))).rejects.toMatchObject({
      final: true,
      message: 'The name leads to an address that is not public',
    });
    expect(asked).toBe(1);
  });

  it('follows no redirect, not even to where it might have gone', async () => {
    let calls = 0;
    const port = await serve((_request, response) => {
      calls += 1;
      response.writeHead(307, { location: 'http://127.0.0.1/elsewhere' }).end();
    });
    outgoing = createOutgoing({ allowedHosts: ['127.0.0.1'] });
    expect(await outgoing.post(call(`http://127.0.0.1:${port}/`))).toEqual({ status: 307, text: '' });
    expect(calls).toBe(1);
  });

  it('ends in time when nothing is answered', async () => {
    const port = await serve(() => undefined);
    outgoing = createOutgoing({ allowedHosts: ['127.0.0.1'] });
    await expect(outgoing.post(call(`http://127.0.0.1:${port}/`, 80))).rejects.toMatchObject({
      final: false,
      message: 'There was no answer in time',
    });
  });

  it('takes the first line for the answer, however slow or long the rest of it is', async () => {
    const port = await serve((request, response) => {
      response.writeHead(200);
      response.write(request.url === '/long' ? 'x'.repeat(500_000) : 'so far');
    });
    outgoing = createOutgoing({ allowedHosts: ['127.0.0.1'] });
    expect(await outgoing.post(call(`http://127.0.0.1:${port}/slow`, 150))).toEqual({ status: 200, text: 'so far' });
    expect((await outgoing.post(call(`http://127.0.0.1:${port}/long`))).text).toHaveLength(1_000);
  });

  it('says that the connection failed, and how', async () => {
    const port = await serve((request) => request.socket.destroy());
    outgoing = createOutgoing({ allowedHosts: ['127.0.0.1'] });
    await expect(outgoing.post(call(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({
      final: false,
      message: expect.stringMatching(/^The connection failed: [A-Z_]+$/),
    });
  });
});
