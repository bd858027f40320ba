import type { z } from 'zod';
import {
  ConflictError,
  DomainError,
  ForbiddenError,
  NotFoundError,
  QuotaExceededError,
  ValidationError,
} from '../../../_kernel/errors/domain-error.js';

export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers';

const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A refusal as RFC 7644, section 3.12, has it. */
export class ScimError extends Error {
  override readonly name = 'ScimError';
  readonly status: number;
  readonly scimType: ScimType | undefined;

  constructor(status: number, detail: string, scimType?: ScimType) {
    super(detail);
    this.status = status;
    this.scimType = scimType;
  }

  toJSON(): object {
    return {
      schemas: [ERROR_SCHEMA],
      status: String(this.status),
      ...(this.scimType ? { scimType: this.scimType } : {}),
      detail: this.message,
    };
  }
}

export const badRequest = (scimType: ScimType, detail: string): ScimError => new ScimError(400, detail, scimType);

/** What zod found, by the name of the first attribute that breaks a rule. */
export function invalidValue(error: z.ZodError): ScimError {
  const [issue] = error.issues;
  const name = issue?.path.map(String).join('.');
  return badRequest('invalidValue', `${name || 'The resource'}: ${issue?.message ?? 'is not valid'}`);
}

/** Alike for an id that is malformed, unknown and another company's. */
export const notFound = (what: 'User' | 'Group' | 'Resource'): ScimError => new ScimError(404, `${what} not found`);

/** What the platform says of an expected failure, in the words of SCIM; null for a defect. */
export function scimErrorOf(error: unknown): ScimError | null {
  if (error instanceof ScimError) return error;
  if (!(error instanceof DomainError)) return null;
  if (error instanceof ValidationError) return badRequest('invalidValue', error.message);
  if (error instanceof ConflictError) return new ScimError(409, error.message, 'uniqueness');
  if (error instanceof NotFoundError) return new ScimError(404, error.message);
  if (error instanceof ForbiddenError || error instanceof QuotaExceededError) return new ScimError(403, error.message);
  return null;
}
