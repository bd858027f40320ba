import { createHash, timingSafeEqual } from 'node:crypto';
import Stripe from 'stripe';
import type { StripeAccount } from './account.js';
import { ApiError, invalidRequest, unknownPath } from './api-error.js';
import type { StripeControl } from './control.js';
import { expanded } from './expansion.js';
import { MalformedForm, parseForm, type FormTree } from './form.js';
import { fingerprintOf, type IdempotencyKeys } from './idempotency.js';
import { Params } from './params.js';
import { settleCharges } from './payment-attempts.js';
import { routeOf, type Route } from './routes.js';

export interface ApiRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly authorization: string | null;
  readonly idempotencyKey: string | null;
  readonly version: string | null;
}

export interface ApiResponse {
  readonly status: number;
  readonly body: string;
  readonly isReplay: boolean;
}

/** Answers requests to the API: who asks, what for, whether it was asked before, and then the endpoint itself. */
export class StripeApi {
  readonly #account: StripeAccount;
  readonly #secretKey: string;
  readonly #keys: IdempotencyKeys;
  readonly #control: StripeControl;

  constructor(options: {
    readonly account: StripeAccount;
    readonly secretKey: string;
    readonly keys: IdempotencyKeys;
    readonly control: StripeControl;
  }) {
    this.#account = options.account;
    this.#secretKey = options.secretKey;
    this.#keys = options.keys;
    this.#control = options.control;
  }

  async answer(request: ApiRequest): Promise<ApiResponse> {
    try {
      this.#authenticate(request.authorization);
      assertVersion(request.version);
      const route = routeOf(request.method, request.path);
      if (!route) throw unknownPath(request.method, request.path);
      const form = readForm(request.method === 'GET' ? request.query : request.body);
      if (request.method === 'GET' || request.idempotencyKey === null) {
        await this.#control.pass();
        return this.#run(route, form, request).response;
      }
      return await this.#runOnce(route, form, request, request.idempotencyKey);
    } catch (error) {
      if (error instanceof ApiError) return errorResponse(error);
      throw error;
    }
  }

  #authenticate(authorization: string | null): void {
    const [scheme, credentials = ''] = (authorization ?? '').split(' ');
    const key =
      scheme?.toLowerCase() === 'bearer'
        ? credentials
        : scheme?.toLowerCase() === 'basic'
          ? (Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '')
          : '';
    if (key === '') {
      throw new ApiError(401, { type: 'invalid_request_error', message: 'You did not provide an API key.' });
    }
    if (!isSame(key, this.#secretKey)) {
      throw new ApiError(401, {
        type: 'invalid_request_error',
        message: `Invalid API Key provided: ${key.slice(0, 8)}***`,
      });
    }
  }

  async #runOnce(route: Route, form: FormTree, request: ApiRequest, key: string): Promise<ApiResponse> {
    const fingerprint = fingerprintOf(request.method, request.path, form);
    const known = this.#keys.claim(key, fingerprint);
    if (known) return { status: known.status, body: known.body, isReplay: true };
    try {
      await this.#control.pass();
      const { response, executed } = this.#run(route, form, request);
      if (executed) this.#keys.remember(key, fingerprint, { status: response.status, body: response.body });
      return response;
    } finally {
      this.#keys.finish(key);
    }
  }

  #run(
    route: Route,
    form: FormTree,
    request: ApiRequest,
  ): { readonly response: ApiResponse; readonly executed: boolean } {
    try {
      const params = new Params(form);
      const paths = params.texts('expand');
      const answer = route.endpoint({
        account: this.#account,
        params,
        request: { id: request.id, idempotencyKey: request.idempotencyKey },
        id: route.id,
      });
      const body = bodyOf(expanded(this.#account, answer, paths));
      if (request.method === 'POST') settleCharges(this.#account);
      return { response: { status: 200, body, isReplay: false }, executed: true };
    } catch (error) {
      if (error instanceof ApiError) return { response: errorResponse(error), executed: error.executed };
      throw error;
    }
  }
}

/** The answer to a request that failed inside the API. */
export const serverError = (): ApiResponse =>
  errorResponse(new ApiError(500, { type: 'api_error', message: 'An unknown error occurred' }));

const errorResponse = (error: ApiError): ApiResponse => ({
  status: error.status,
  body: bodyOf({ error: error.body }),
  isReplay: false,
});

const bodyOf = (answer: object): string => JSON.stringify(answer, null, 2);

function readForm(encoded: string): FormTree {
  try {
    return parseForm(encoded);
  } catch (error) {
    if (error instanceof MalformedForm) throw invalidRequest(error.message, { param: error.param });
    throw error;
  }
}

/** This double speaks the version its SDK is pinned to and no other. */
function assertVersion(version: string | null): void {
  if (version !== null && version !== Stripe.API_VERSION)
    throw invalidRequest(`Invalid Stripe API version: ${version}`);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const isSame = (left: string, right: string): boolean => timingSafeEqual(digest(left), digest(right));
