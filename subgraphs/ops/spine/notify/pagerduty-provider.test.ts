import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PagerDutyProvider } from './pagerduty-provider.js';

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function startReceiver(status: number, headers: Record<string, string> = {}) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: JSON.parse(Buffer.concat(chunks).toString()),
      });
      response.writeHead(status, headers).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  closers.push(close);
  return { received, close, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

const notification = { subject: '[Spine] FAILED_LOGINS_SPIKE', body: 'Contain likely brute force.' };

describe('the PagerDuty provider', () => {
  test('posts an incident with the key, the subject as title and the body as details', async () => {
    const { received, baseUrl } = await startReceiver(201);
    await new PagerDutyProvider('key_123', { baseUrl }).send(notification);
    expect(received).toMatchObject([{ method: 'POST', url: '/incidents' }]);
    expect(received[0]?.headers).toMatchObject({
      authorization: 'Token token=key_123',
      'content-type': 'application/json',
    });
    expect(received[0]?.body).toEqual({
      incident: {
        type: 'incident',
        title: '[Spine] FAILED_LOGINS_SPIKE',
        body: { type: 'incident_body', details: 'Contain likely brute force.' },
      },
    });
  });

  test('names the service and the user when it is given them', async () => {
    const { received, baseUrl } = await startReceiver(201);
    await new PagerDutyProvider('key_123', { baseUrl, serviceId: 'PABC123', from: 'ops@example.com' }).send(
      notification,
    );
    expect(received[0]?.headers).toMatchObject({ from: 'ops@example.com' });
    expect(received[0]?.body).toMatchObject({
      incident: { service: { id: 'PABC123', type: 'service_reference' } },
    });
  });

  test.each([
    [401, false],
    [429, true],
    [500, true],
  ])('fails when the answer is %i, and tells whether to try again', async (status, retryable) => {
    const { baseUrl } = await startReceiver(status);
    const sent = new PagerDutyProvider('key_123', { baseUrl }).send(notification);
    await expect(sent).rejects.toMatchObject({
      code: 'NOTIFICATION_DELIVERY_FAILED',
      httpStatus: status,
      retryable,
    });
    await expect(sent).rejects.not.toThrow(/key_123/);
  });

  test('does not carry its key to where it is redirected', async () => {
    const elsewhere = await startReceiver(201);
    const { baseUrl } = await startReceiver(307, { location: `${elsewhere.baseUrl}incidents` });
    await expect(new PagerDutyProvider('key_123', { baseUrl }).send(notification)).rejects.toMatchObject({
      httpStatus: null,
    });
    expect(elsewhere.received).toEqual([]);
  });

  test('fails, to be tried again, when nobody answers', async () => {
    const { baseUrl, close } = await startReceiver(201);
    await close();
    await expect(new PagerDutyProvider('key_123', { baseUrl }).send(notification)).rejects.toMatchObject({
      httpStatus: null,
      retryable: true,
    });
  });

  test('is refused without a key', () => {
    expect(() => new PagerDutyProvider('')).toThrow(expect.objectContaining({ field: 'apiKey' }));
  });
});
