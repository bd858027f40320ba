import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DoubleRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface DoubleAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * How the next request that matches goes wrong: `status` answers without doing anything, `hang` never answers,
 * `lose` does what was asked and loses the answer.
 */
export type Disturbance = { readonly on?: (request: DoubleRequest) => boolean } & (
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'lose' }
);

export interface DoubleServer {
  readonly url: string;
  /** Every request so far, as `METHOD /path`. */
  readonly requests: readonly string[];
  disturb(...disturbances: readonly Disturbance[]): void;
  stop(): Promise<void>;
}

const json = { 'content-type': 'application/json' } as const;

export const jsonAnswer = (status: number, value: unknown): DoubleAnswer => ({ status, headers: json, body: JSON.stringify(value) });

/** What a request brings as JSON; nothing for what is none. */
export function jsonBody({ body }: DoubleRequest): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** A server on this machine that misbehaves when it is told to. */
export async function startDoubleServer(answer: (request: DoubleRequest) => DoubleAnswer | Promise<DoubleAnswer>): Promise<DoubleServer> {
  const requests: string[] = [];
  const disturbances: Disturbance[] = [];
  const server = createServer((message, response) => {
    const handle = async (): Promise<void> => {
      const { method = 'GET', headers } = message;
      const url = new URL(message.url ?? '/', 'http://double');
      const request = { method, url, headers, body: await read(message) };
      requests.push(`${method} ${url.pathname}`);
      const at = disturbances.findIndex(({ on }) => on?.(request) ?? true);
      const [disturbance] = at === -1 ? [] : disturbances.splice(at, 1);
      if (disturbance?.kind === 'hang') return;
      if (disturbance?.kind === 'status') return void response.writeHead(disturbance.status).end();
      const { status, headers: answered = {}, body = '' } = await answer(request);
      if (disturbance?.kind === 'lose') return void response.destroy();
      response.writeHead(status, answered).end(body);
    };
    handle().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    disturb: (...given) => void disturbances.push(...given),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
