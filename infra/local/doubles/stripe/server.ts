import type { IncomingMessage, ServerResponse } from 'node:http';
import Stripe from 'stripe';
import { ZodError } from 'zod';
import type { StripeAccount } from './account.js';
import { ApiError } from './api-error.js';
import { serverError, type ApiResponse, type StripeApi } from './api.js';
import { authenticationDone, authenticationPage, returnAddress } from './authentication-page.js';
import { payCheckout, showCheckout, type CheckoutAnswer } from './checkout-page.js';
import { obey, type StripeControl } from './control.js';
import { intentOf } from './payment-intents.js';

const LARGEST_BODY_BYTES = 1_000_000;

export interface Parts {
  readonly account: StripeAccount;
  readonly api: StripeApi;
  readonly control: StripeControl;
  readonly durable: () => Promise<void>;
}

/** Answers one HTTP request: the API, the control endpoint, or a page of checkout or of the customer's bank. */
export async function serve(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://double.invalid');
  const body = await readBody(request);
  if (url.pathname === '/_control') return serveControl(parts, request, response, body);
  if (url.pathname.startsWith('/_authenticate/'))
    return serveAuthentication(parts, request, response, url, body);
  if (url.pathname.startsWith('/_checkout/')) return serveCheckout(parts, request, response, url, body);
  return serveApi(parts, request, response, url, body);
}

async function serveApi(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  body: string,
): Promise<void> {
  const { account, api, control, durable } = parts;
  const requestId = account.newId('req');
  const idempotencyKey = header(request, 'idempotency-key');
  const disturbance = control.requestDisturbances.take((what) => url.pathname.startsWith(what.path ?? '/'));
  const record = (answer: ApiResponse | null): void =>
    control.record({
      method: request.method ?? '',
      path: url.pathname,
      idempotencyKey,
      status: answer?.status ?? null,
      isReplay: answer?.isReplay ?? false,
    });

  const strikesFirst = disturbance !== undefined && disturbance.effect !== 'after';
  const answer = strikesFirst
    ? null
    : await api.answer({
        id: requestId,
        method: request.method ?? '',
        path: url.pathname,
        query: url.search.slice(1),
        body,
        authorization: header(request, 'authorization'),
        idempotencyKey,
        version: header(request, 'stripe-version'),
      });
  await durable();
  if (disturbance === undefined && answer) {
    record(answer);
    send(response, answer, requestId, idempotencyKey);
    return;
  }
  record(disturbance?.kind === 'server_error' ? serverError() : null);
  if (disturbance?.kind === 'server_error') send(response, serverError(), requestId, idempotencyKey);
  if (disturbance?.kind === 'reset') request.socket.resetAndDestroy();
  // A timeout is answered by silence: the connection stays open until the client or stop() ends it.
}

/** Only this machine may command, and only by JSON: a page in a browser cannot send that here without asking first. */
async function serveControl(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): Promise<void> {
  const isLocal = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.socket.remoteAddress ?? '');
  const isJson = header(request, 'content-type')?.startsWith('application/json') ?? false;
  if (!isLocal || !isJson || request.method !== 'POST') {
    sendJson(response, 404, { error: 'send commands as JSON by POST, from this machine' });
    return;
  }
  try {
    obey(parts.control, JSON.parse(body));
    await parts.durable();
    sendJson(response, 200, { ok: true });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    sendJson(response, 400, { error: error instanceof ZodError ? error.issues : error.message });
  }
}

async function serveAuthentication(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  body: string,
): Promise<void> {
  try {
    const intent = intentOf(parts.account, url.pathname.split('/')[2] ?? '');
    const isAllowed =
      url.searchParams.get('client_secret') === intent.client_secret && intent.status === 'requires_action';
    if (!isAllowed) return sendHtml(response, 404, authenticationDone());
    if (request.method !== 'POST') return sendHtml(response, 200, authenticationPage(intent));
    const isProven = new URLSearchParams(body).get('outcome') === 'proven';
    parts.control.completeAuthentication(intent.id, isProven);
    await parts.durable();
    const address = returnAddress(intent, isProven);
    if (address === null) return sendHtml(response, 200, authenticationDone());
    response.writeHead(303, { Location: address }).end();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    sendHtml(response, error.status, authenticationDone());
  }
}

async function serveCheckout(
  { account, durable }: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  body: string,
): Promise<void> {
  const id = url.pathname.split('/')[2] ?? '';
  const answer: CheckoutAnswer =
    request.method === 'POST'
      ? payCheckout(account, id, new URLSearchParams(body).get('card') ?? '')
      : showCheckout(account, id);
  await durable();
  if (answer.kind === 'page') sendHtml(response, answer.status, answer.html);
  else response.writeHead(303, { Location: answer.to }).end();
}

export function send(
  response: ServerResponse,
  answer: ApiResponse,
  requestId: string,
  idempotencyKey: string | null = null,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(answer.status, {
    'Content-Type': 'application/json',
    'Request-Id': requestId,
    'Stripe-Version': Stripe.API_VERSION,
    ...(idempotencyKey === null ? {} : { 'Idempotency-Key': idempotencyKey }),
    ...(answer.isReplay ? { 'Idempotent-Replayed': 'true' } : {}),
  });
  response.end(answer.body);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function sendHtml(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(html);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) throw new Error('the request body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}
