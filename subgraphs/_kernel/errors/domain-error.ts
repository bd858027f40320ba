import type { ErrorCode } from '../wire/error-codes.js';
import type { LimitedResource } from '../wire/plan-limits.js';

/**
 * An expected failure: part of the contract, told to the client word for word.
 * Whatever else is thrown is a defect, and the client learns only the request id.
 */
export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;
}

export interface FieldIssue {
  /** Dotted path of the input field, as the client named it. */
  readonly field: string;
  readonly message: string;
}

/** The input breaks a rule; every broken field is named. */
export class ValidationError extends DomainError {
  readonly code = 'BAD_USER_INPUT';
  override readonly name = 'ValidationError';
  readonly issues: readonly FieldIssue[];

  constructor(issues: readonly FieldIssue[]) {
    super(issues.map((issue) => `${issue.field}: ${issue.message}`).join('; '));
    this.issues = issues;
  }

  static of(field: string, message: string): ValidationError {
    return new ValidationError([{ field, message }]);
  }
}

/** Nothing has this id here. Said alike of an unknown id and of another tenant's. */
export class NotFoundError extends DomainError {
  readonly code = 'NOT_FOUND';
  override readonly name = 'NotFoundError';

  constructor(what: string) {
    super(`${what} not found`);
  }
}

/** The request is sound but the present state of things stands against it. */
export class ConflictError extends DomainError {
  readonly code: 'CONFLICT' | 'SLOT_UNAVAILABLE' | 'IDEMPOTENCY_KEY_REUSED';
  override readonly name = 'ConflictError';

  constructor(
    message: string,
    code: 'CONFLICT' | 'SLOT_UNAVAILABLE' | 'IDEMPOTENCY_KEY_REUSED' = 'CONFLICT',
  ) {
    super(message);
    this.code = code;
  }
}

/** A step that the state machine does not know from the present state. */
export class InvalidTransitionError extends DomainError {
  readonly code = 'INVALID_TRANSITION';
  override readonly name = 'InvalidTransitionError';
  readonly from: string;
  readonly to: string;

  constructor(from: string, to: string, reason?: string) {
    super(reason ?? `A ${from.toLowerCase()} one cannot become ${to.toLowerCase()}`);
    this.from = from;
    this.to = to;
  }
}

/** Nobody is signed in, or the proof given does not hold. */
export class UnauthenticatedError extends DomainError {
  readonly code = 'UNAUTHENTICATED';
  override readonly name = 'UnauthenticatedError';
}

/** Signed in, but not allowed. */
export class ForbiddenError extends DomainError {
  readonly code: 'FORBIDDEN' | 'TENANT_SUSPENDED' | 'FEATURE_NOT_IN_PLAN';
  override readonly name = 'ForbiddenError';

  constructor(message: string, code: 'FORBIDDEN' | 'TENANT_SUSPENDED' | 'FEATURE_NOT_IN_PLAN' = 'FORBIDDEN') {
    super(message);
    this.code = code;
  }
}

/** The bank or the payment provider said no. */
export class PaymentDeclinedError extends DomainError {
  readonly code = 'PAYMENT_DECLINED';
  override readonly name = 'PaymentDeclinedError';
  /** The provider's reason, such as `insufficient_funds`; null when it gives none. */
  readonly declineCode: string | null;

  constructor(message: string, declineCode: string | null) {
    super(message);
    this.declineCode = declineCode;
  }
}

/** Too much in too short a time. */
export class RateLimitedError extends DomainError {
  readonly code = 'RATE_LIMITED';
  override readonly name = 'RateLimitedError';
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number;

  constructor(message: string, retryAfter: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** The tenant's plan has not enough of it left. */
export class QuotaExceededError extends DomainError {
  readonly code = 'QUOTA_EXCEEDED';
  override readonly name = 'QuotaExceededError';
  readonly resource: LimitedResource;
  readonly limit: number;
  readonly used: number;

  constructor(resource: LimitedResource, limit: number, used: number) {
    super(`The plan allows ${limit} ${resource.toLowerCase()}, and ${used} are in use`);
    this.resource = resource;
    this.limit = limit;
    this.used = used;
  }
}

/** Signed in, but what is asked for is dangerous and the proof of who asks is too old for it. */
export class StepUpRequiredError extends DomainError {
  readonly code = 'STEP_UP_REQUIRED';
  override readonly name = 'StepUpRequiredError';

  constructor() {
    super('Prove once more who you are, by stepUp, and try again with the new access token');
  }
}

/** A live stream was to go on behind an event that is no longer kept; what came after it cannot be told in full. */
export class LaggedError extends DomainError {
  readonly code = 'LAGGED';
  override readonly name = 'LaggedError';
  /** The oldest cursor from which nothing is missing. */
  readonly oldestCursor: string;

  constructor(oldestCursor: string) {
    super(
      'Events behind this cursor are no longer kept: read the present state, then subscribe without a cursor, ' +
        'or with the oldest one',
    );
    this.oldestCursor = oldestCursor;
  }
}
