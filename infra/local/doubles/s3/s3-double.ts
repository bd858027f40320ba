import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusalOf, type Keys } from './signature.js';

export interface S3Double {
  readonly endpoint: string;
  readonly bucket: string;
  readonly keys: Keys;
  /** Keys of what it holds. */
  list(): readonly string[];
  stop(): Promise<void>;
}

interface Held {
  readonly bytes: Buffer;
  readonly contentType: string;
}

const KEYS: Keys = { region: 'fra1', accessKeyId: 'AKIASPINETEST', secretAccessKey: 'a-secret-of-the-double/+x' };
const BUCKET = 'spine-files';

const STATUSES: Readonly<Record<string, number>> = { NoSuchKey: 404, NoSuchBucket: 404, RequestTimeTooSkewed: 403, AuthorizationHeaderMalformed: 400 };

function refuse(response: ServerResponse, code: string): void {
  response.writeHead(STATUSES[code] ?? 403, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * A server that speaks as much of S3 as object stores are used for here: one private bucket, addressed by path, every
 * request checked by its Signature Version 4. What it is given it keeps until it stops.
 */
export async function startS3Double(now: () => number = Date.now): Promise<S3Double> {
  const objects = new Map<string, Held>();

  const show = (response: ServerResponse, held: Held | undefined, query: URLSearchParams, withBody: boolean): void => {
    if (!held) return refuse(response, 'NoSuchKey');
    const disposition = query.get('response-content-disposition');
    response.writeHead(200, {
      'content-type': query.get('response-content-type') ?? held.contentType,
      'content-length': held.bytes.length,
      ...(disposition === null ? {} : { 'content-disposition': disposition }),
    });
    response.end(withBody ? held.bytes : undefined);
  };

  const put = async (request: IncomingMessage, response: ServerResponse, key: string): Promise<void> => {
    const source = request.headers['x-amz-copy-source'];
    const bytes = await bodyOf(request);
    const copied = source === undefined ? undefined : objects.get(String(source).slice(`/${BUCKET}/`.length));
    if (source !== undefined && !copied) return refuse(response, 'NoSuchKey');
    objects.set(key, copied ?? { bytes, contentType: request.headers['content-type'] ?? 'binary/octet-stream' });
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(copied ? '<CopyObjectResult></CopyObjectResult>' : '');
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', headers } = request;
    const url = new URL(request.url ?? '/', 'http://s3');
    const refusal = refusalOf({ method, path: url.pathname, query: url.searchParams, headers }, KEYS, now());
    if (refusal !== null) {
      request.resume();
      return refuse(response, refusal);
    }
    const [, bucket, ...rest] = url.pathname.split('/');
    const key = rest.join('/');
    if (bucket !== BUCKET) return refuse(response, 'NoSuchBucket');
    switch (method) {
      case 'PUT':
        return put(request, response, key);
      case 'DELETE':
        objects.delete(key);
        response.writeHead(204).end();
        return;
      default:
        return show(response, objects.get(key), url.searchParams, method === 'GET');
    }
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: BUCKET,
    keys: KEYS,
    list: () => [...objects.keys()].sort(),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
