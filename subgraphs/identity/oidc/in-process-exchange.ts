import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RouteRequest, RouteResponse } from '../../_kernel/wire/subgraph-route.js';

/** An HTTP exchange that never was on a wire, for what can only be asked as a server is. */
export interface InProcessExchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** What was answered, once it has been. */
  readonly answered: Promise<RouteResponse>;
}

const bytesOf = (chunk: unknown): Buffer => (Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));

const textOf = (value: number | string | readonly string[] | undefined): string => [value ?? ''].flat().join(', ');

/** @param origin as which the server is asked, such as `https://acme.spine.example` */
export function createExchange(request: RouteRequest, origin: string, ip: string | null): InProcessExchange {
  const { host, protocol } = new URL(origin);
  const socket = new Socket();
  Object.defineProperties(socket, {
    encrypted: { value: protocol === 'https:' },
    remoteAddress: { value: ip ?? undefined },
  });
  const message = new IncomingMessage(socket);
  message.method = request.method;
  message.url = request.path + request.search;
  const length = request.body.length > 0 ? { 'content-length': String(request.body.length) } : {};
  message.headers = { ...request.headers, ...length, host };
  if (request.body.length > 0) message.push(Buffer.from(request.body));
  message.push(null);

  const response = new ServerResponse(message);
  const answered = new Promise<RouteResponse>((resolve) => {
    const chunks: Buffer[] = [];
    const take = (chunk: unknown): void => {
      if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') chunks.push(bytesOf(chunk));
    };
    response.write = (chunk: unknown): boolean => {
      take(chunk);
      return true;
    };
    response.end = (chunk?: unknown): ServerResponse => {
      take(chunk);
      const { 'set-cookie': cookies, ...headers } = response.getHeaders();
      resolve({
        status: response.statusCode,
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, textOf(value)])),
        cookies: [cookies ?? []].flat().map(String),
        body: Buffer.concat(chunks).toString('utf8'),
      });
      response.emit('finish');
      return response;
    };
  });
  return { message, response, answered };
}
