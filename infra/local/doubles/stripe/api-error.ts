import type Stripe from 'stripe';

export type ApiErrorType = 'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error';

export interface ApiErrorBody {
  readonly type: ApiErrorType;
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
  readonly charge?: string;
  readonly payment_intent?: Stripe.PaymentIntent;
  readonly payment_method?: Stripe.PaymentMethod;
}

/** An error that the API answers, in the shape of Stripe's error object. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: ApiErrorBody;
  /**
   * Whether the endpoint had begun to execute. Only then does an idempotency key remember the answer: a request
   * that failed validation may be corrected and sent again under the same key.
   */
  readonly executed: boolean;

  constructor(status: number, body: ApiErrorBody, executed = false) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.executed = executed;
  }
}

export const invalidRequest = (
  message: string,
  details: { readonly code?: string; readonly param?: string } = {},
): ApiError => new ApiError(400, { type: 'invalid_request_error', message, ...details });

/** @param kind as Stripe words it in messages, such as `payment_intent` */
export const resourceMissing = (kind: string, id: string, param = 'id'): ApiError =>
  new ApiError(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${kind}: '${id}'`,
    param,
  });

export const unknownPath = (method: string, path: string): ApiError =>
  new ApiError(404, {
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${method}: ${path}).`,
  });

/** The object is in a state that does not allow the request. */
export const unexpectedState = (message: string, intent: Stripe.PaymentIntent): ApiError =>
  new ApiError(
    400,
    {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      message,
      payment_intent: intent,
    },
    true,
  );
