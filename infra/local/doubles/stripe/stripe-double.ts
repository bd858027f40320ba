import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, type Clock } from '../../../../subgraphs/_kernel/request/clock.js';
import { StripeAccount } from './account.js';
import { serverError, StripeApi } from './api.js';
import { completeCheckouts } from './checkout-sessions.js';
import { StripeControl } from './control.js';
import { IdempotencyKeys } from './idempotency.js';
import { settleCharges } from './payment-attempts.js';
import { send, serve } from './server.js';
import { StateFile } from './state-file.js';
import { WebhookSender, type WebhookEndpoint, type WebhookRetries } from './webhooks.js';

export interface StripeDoubleOptions {
  /** The only key it accepts, such as `sk_test_…`. */
  readonly secretKey: string;
  /** Zero, the default, takes any free port. */
  readonly port?: number;
  /** Address to listen on; loopback unless told otherwise. */
  readonly host?: string;
  /** Where events are delivered to; may be set later through the control. */
  readonly webhook?: WebhookEndpoint & { readonly retries?: Partial<WebhookRetries> };
  readonly clock?: Clock;
  /** File that keeps everything across restarts; without it all is forgotten. One double a file. */
  readonly stateFile?: string;
}

export interface StripeDouble {
  /** Base address, without a slash at its end. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly control: StripeControl;
  /** Ends every connection; resolves when everything is in the state file and nothing runs any more. */
  stop(): Promise<void>;
}

/**
 * Starts a Stripe test account of one's own: the protocol the `stripe` SDK speaks, over real sockets, for the part of
 * the API that the platform uses. Whatever it does not know answers 404 or 400, never something plausible.
 * @throws {Error} when the port is taken or the state file is not one
 */
export async function startStripeDouble(options: StripeDoubleOptions): Promise<StripeDouble> {
  const file = options.stateFile === undefined ? null : new StateFile(options.stateFile);
  const host = options.host ?? '127.0.0.1';
  const server = createServer();
  const port = await listen(server, options.port ?? 0, host);
  const url = `http://${host}:${port}`;
  const account = new StripeAccount({
    clock: options.clock ?? systemClock,
    baseUrl: url,
    listener: { changed: (collection, id, value) => file?.append({ collection, id, value }) },
  });
  const durable = async (): Promise<void> => file?.flush();
  const { retries = {}, ...endpoint } = options.webhook ?? {};
  const webhooks = new WebhookSender({
    account,
    endpoint: isEndpoint(endpoint) ? endpoint : null,
    retries,
    durable,
  });
  account.whenEventHappens((event) => webhooks.announce(event));
  const keys = new IdempotencyKeys(account.idempotencyRecords, () => account.now());
  const control = new StripeControl(account, webhooks);
  const api = new StripeApi({ account, secretKey: options.secretKey, keys, control });
  const remembered = file === null ? Promise.resolve() : remember(account, keys, file);

  // The port is taken before the file is touched, so that a second double by mistake leaves the first one's alone;
  // requests that come meanwhile wait for the memory.
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    remembered
      .then(() => serve({ account, api, control, durable }, request, response))
      .catch((error: unknown) => {
        console.error('the Stripe double failed', error);
        send(response, serverError(), account.newId('req'));
      });
  });
  try {
    await remembered;
  } catch (error) {
    await close(server);
    throw error;
  }
  settleCharges(account);
  completeCheckouts(account);
  webhooks.resume();

  const stop = async (): Promise<void> => {
    webhooks.stop();
    await close(server);
    await durable();
  };
  return { url, host, port, control, stop };
}

/** Restores what the file holds and leaves in it only what is still needed. */
async function remember(account: StripeAccount, keys: IdempotencyKeys, file: StateFile): Promise<void> {
  account.restore(await file.read());
  keys.forgetExpired();
  await file.compact(account.changes());
}

const isEndpoint = (endpoint: Partial<WebhookEndpoint>): endpoint is WebhookEndpoint =>
  endpoint.url !== undefined && endpoint.secret !== undefined;

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  return address.port;
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
