import type { ErrorCode } from '../wire/error-codes.js';

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
  readonly code: 'FORBIDDEN' | 'TENANT_SUSPENDED';
  override readonly name = 'ForbiddenError';

  constructor(message: string, code: 'FORBIDDEN' | 'TENANT_SUSPENDED' = 'FORBIDDEN') {
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
