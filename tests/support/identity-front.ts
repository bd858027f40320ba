import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import { ANONYMOUS } from '../../subgraphs/_kernel/wire/principal.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import type { TestIdentity } from './identity.js';
import { ACME, GLOBEX } from './runtime.js';

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly location: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A browser with cookies that follows redirects only when it is told to. */
export interface Browser {
  get(url: string): Promise<Page>;
  post(url: string, form: Readonly<Record<string, string>>): Promise<Page>;
  /** Follows redirects until an address begins with `end`, which is not asked any more. */
  follow(url: string, end: string): Promise<string>;
}

export interface IdentityFront {
  browser(): Browser;
  stop(): Promise<void>;
}

const TENANTS: Readonly<Record<string, TenantIdentity>> = { acme: ACME, globex: GLOBEX };
const MOST_REDIRECTS = 12;

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/**
 * Identity's own routes over HTTP, at the addresses of companies below spine.example.
 * @param domains of companies, that they have shown to be their own
 */
export async function serveIdentityRoutes(
  identity: TestIdentity,
  domains: Readonly<Record<string, TenantIdentity>> = {},
): Promise<IdentityFront> {
  const server = createServer((message, response) => {
    void (async () => {
      const url = new URL(message.url ?? '/', 'http://spine.example');
      const { host = '' } = message.headers;
      const tenant = domains[host] ?? TENANTS[host.split('.')[0] ?? ''];
      const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
      const request = { method: message.method ?? 'GET', path: url.pathname, search: url.search, headers, body: await bodyOf(message) };
      const origin = { requestId: uuidv7(), ip: '127.0.0.1', userAgent: 'test' };
      const answer = tenant && (await identity.host.forward(request, { tenant, principal: ANONYMOUS, origin }));
      response.writeHead(answer?.status ?? 404, { ...answer?.headers, 'set-cookie': [...(answer?.cookies ?? [])] });
      response.end(answer?.body ?? '');
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const browser = (): Browser => {
    const jars = new Map<string, Map<string, string>>();
    const ask = (method: 'GET' | 'POST', address: string, form?: Readonly<Record<string, string>>): Promise<Page> =>
      new Promise((resolve, reject) => {
        const url = new URL(address);
        const isOurs = url.hostname.endsWith('.spine.example') || url.host in domains;
        const cookies = jars.get(url.host) ?? new Map<string, string>();
        jars.set(url.host, cookies);
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const sent = httpRequest(
          {
            method,
            host: '127.0.0.1',
            port: isOurs ? port : url.port,
            path: url.pathname + url.search,
            headers: {
              host: url.host,
              cookie,
              ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
            },
          },
          (message) => {
            for (const line of message.headers['set-cookie'] ?? []) {
              const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
              if (value === '') cookies.delete(name);
              else cookies.set(name, value);
            }
            const { location } = message.headers;
            bodyOf(message).then(
              (body) => resolve({ url: address, status: message.statusCode ?? 0, headers: message.headers, location: location && new URL(location, address).href, body: body.toString('utf8') }),
              reject,
            );
          },
        );
        sent.on('error', reject);
        sent.end(form ? new URLSearchParams(form).toString() : undefined);
      });
    return {
      get: (url) => ask('GET', url),
      post: (url, form) => ask('POST', url, form),
      async follow(url, end) {
        let at = url;
        for (let step = 0; step < MOST_REDIRECTS; step += 1) {
          if (at.startsWith(end)) return at;
          const page = await ask('GET', at);
          if (page.location === undefined) throw new Error(`${at} answered ${page.status} ${page.body.slice(0, 300)}`);
          at = page.location;
        }
        throw new Error(`${url} never leads to ${end}`);
      },
    };
  };
  return {
    browser,
    stop: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
