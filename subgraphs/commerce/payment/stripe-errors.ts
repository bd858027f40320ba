import Stripe from 'stripe';
import { ConflictError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { PaymentProviderRefusedError, PaymentProviderUnavailableError } from './payment-provider.js';

/** What our callers call a parameter that Stripe complains of, where it is theirs to correct. */
const FIELD_OF_PARAM: Readonly<Record<string, string>> = {
  amount: 'amount',
  currency: 'currency',
  payment_method: 'paymentMethodId',
  return_url: 'returnUrl',
  receipt_email: 'receiptEmail',
};

/** The domain's word for a failure of Stripe; whatever is not Stripe's is handed back as it is. */
export function domainErrorOf(error: unknown): unknown {
  const { errors } = Stripe;
  if (!(error instanceof errors.StripeError)) return error;
  if (error instanceof errors.StripeIdempotencyError) {
    return new ConflictError('The idempotency key was used for another request', 'IDEMPOTENCY_KEY_REUSED');
  }
  const isPassing =
    error instanceof errors.StripeConnectionError ||
    error instanceof errors.StripeRateLimitError ||
    error instanceof errors.StripeAPIError;
  if (isPassing) return new PaymentProviderUnavailableError(error);
  const field = error.param === undefined ? undefined : FIELD_OF_PARAM[error.param];
  if (error instanceof errors.StripeInvalidRequestError && field !== undefined) {
    return ValidationError.of(field, error.message);
  }
  return new PaymentProviderRefusedError(error.message, error.requestId ?? null, error);
}

/** Whether Stripe says that there is no object with the id in the path. */
export const isUnknownId = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError &&
  error.statusCode === 404 &&
  error.code === 'resource_missing';
