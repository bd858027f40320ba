import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as it came. */
export interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly body: string;
}

/** What is done with a call instead of taking it. */
export type Misbehaviour =
  | { readonly kind: 'answer'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Nothing is ever said. */
  | { readonly kind: 'silence' }
  /** The connection is cut without an answer. */
  | { readonly kind: 'cut' }
  /** It is taken, and the rest of the answer never comes. */
  | { readonly kind: 'slow body' };

/** A program of somebody else's that is called: it remembers every call, and misbehaves when told to. */
export interface Receiver {
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  /** The next calls, one after the other, are treated so. */
  misbehave(...how: readonly Misbehaviour[]): void;
  /** Every call is, until it is null. */
  alwaysMisbehave(how: Misbehaviour | null): void;
  stop(): Promise<void>;
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function treat(how: Misbehaviour, response: ServerResponse): void {
  switch (how.kind) {
    case 'answer':
      response.writeHead(how.status, how.headers).end(how.body ?? '');
      return;
    case 'slow body':
      response.writeHead(200).write('so far');
      return;
    case 'cut':
      response.destroy();
      return;
    case 'silence':
  }
}

/**
 * @param answer what a call that is taken is answered with; 200 and `ok` unless given
 */
export async function startReceiver(answer: (call: ReceivedCall) => Extract<Misbehaviour, { kind: 'answer' }> = () => ({ kind: 'answer', status: 200, body: 'ok' })): Promise<Receiver> {
  const calls: ReceivedCall[] = [];
  let next: Misbehaviour[] = [];
  let always: Misbehaviour | null = null;
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bytes = await bytesOf(request);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const call = { method: request.method ?? '', path: request.url ?? '', headers, bytes, body: bytes.toString('utf8') };
    calls.push(call);
    treat(next.shift() ?? always ?? answer(call), response);
  };
  const server = createServer((request, response) => void take(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    misbehave: (...how) => {
      next = [...next, ...how];
    },
    alwaysMisbehave: (how) => {
      always = how;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
