import {
  ConflictError,
  ForbiddenError,
  InvalidTransitionError,
  NotFoundError,
  PaymentDeclinedError,
  QuotaExceededError,
  RateLimitedError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../errors/domain-error.js';
import { ERROR_STATUS } from '../wire/error-codes.js';
import type { createBuilder } from './builder.js';
import { KEPT_WITH_PARENT } from './cache-control.js';
import { dateTimeScalar, jsonScalar, localDateScalar, minorUnitsScalar } from './scalars.js';

type AnyBuilder = ReturnType<typeof createBuilder<unknown>>;

const ERROR_CODE_DESCRIPTION = 'Stable code of a failure; clients branch on this, never on the message.';

/**
 * Defines what all subgraphs share: scalars, money, page info and the expected failures. They are value
 * types, equal in every subgraph, so any of them may answer them.
 */
export function addSharedTypes<Services>(of: ReturnType<typeof createBuilder<Services>>): void {
  // What is defined here never looks at the services, so one set of definitions fits every builder.
  const builder = of as unknown as AnyBuilder;

  builder.scalarType('DateTime', dateTimeScalar);
  builder.scalarType('LocalDate', localDateScalar);
  builder.scalarType('MinorUnits', minorUnitsScalar);
  builder.scalarType('JSON', jsonScalar);

  builder.objectType('Money', {
    ...KEPT_WITH_PARENT,
    description: 'An amount of money in the smallest unit of its currency.',
    shareable: true,
    fields: (t) => ({
      amount: t.expose('amount', {
        type: 'MinorUnits',
        description: 'Whole number of the smallest unit: 12345 with USD is $123.45.',
      }),
      currency: t.exposeString('currency', { description: 'ISO 4217 code, such as `USD`.' }),
    }),
  });

  const ErrorCode = builder.enumType('ErrorCode', {
    description: ERROR_CODE_DESCRIPTION,
    values: Object.keys(ERROR_STATUS) as (keyof typeof ERROR_STATUS)[],
  });

  builder.interfaceType('UserError', {
    description: 'An expected failure. Every failure in a result union implements it.',
    fields: (t) => ({
      code: t.expose('code', { type: ErrorCode, description: ERROR_CODE_DESCRIPTION }),
      message: t.exposeString('message', { description: 'What went wrong, in English, for people.' }),
    }),
  });

  const FieldIssue = builder
    .objectRef<{ readonly field: string; readonly message: string }>('FieldIssue')
    .implement({
      description: 'One rule that one field of the input breaks.',
      shareable: true,
      fields: (t) => ({
        field: t.exposeString('field', { description: 'Dotted path of the field within the input.' }),
        message: t.exposeString('message', { description: 'The rule it breaks.' }),
      }),
    });

  builder.objectType(ValidationError, {
    name: 'ValidationError',
    description: 'The input breaks a rule; every broken field is named. Nothing was changed.',
    shareable: true,
    interfaces: ['UserError'],
    fields: (t) => ({
      issues: t.field({
        type: [FieldIssue],
        description: 'Every rule the input breaks.',
        resolve: (error) => [...error.issues],
      }),
    }),
  });
  builder.objectType(NotFoundError, {
    name: 'NotFoundError',
    description: 'Nothing has this id here.',
    shareable: true,
    interfaces: ['UserError'],
  });
  builder.objectType(ConflictError, {
    name: 'ConflictError',
    description: 'The request is sound, but the present state stands against it.',
    shareable: true,
    interfaces: ['UserError'],
  });
  builder.objectType(InvalidTransitionError, {
    name: 'InvalidTransitionError',
    description: 'A step that is not possible from the present state.',
    shareable: true,
    interfaces: ['UserError'],
    fields: (t) => ({
      from: t.exposeString('from', { description: 'The present state.' }),
      to: t.exposeString('to', { description: 'The state asked for.' }),
    }),
  });
  builder.objectType(UnauthenticatedError, {
    name: 'UnauthenticatedError',
    description: 'Nobody is signed in, or the proof given does not hold.',
    shareable: true,
    interfaces: ['UserError'],
  });
  builder.objectType(ForbiddenError, {
    name: 'ForbiddenError',
    description: 'Signed in, but not allowed to do this.',
    shareable: true,
    interfaces: ['UserError'],
  });
  builder.objectType(StepUpRequiredError, {
    name: 'StepUpRequiredError',
    description: 'Signed in, but too long ago for something as dangerous: call `stepUp` first.',
    shareable: true,
    interfaces: ['UserError'],
  });
  builder.objectType(RateLimitedError, {
    name: 'RateLimitedError',
    description: 'Too often in too short a time. Nothing was done.',
    shareable: true,
    interfaces: ['UserError'],
    fields: (t) => ({
      retryAfter: t.exposeInt('retryAfter', { description: 'Seconds after which trying again makes sense.' }),
    }),
  });
  builder.objectType(QuotaExceededError, {
    name: 'QuotaExceededError',
    description: "The company's plan has not enough of it left. Nothing was changed.",
    shareable: true,
    interfaces: ['UserError'],
    fields: (t) => ({
      resource: t.exposeString('resource', { description: '`USERS`, `PATIENTS` or `APPOINTMENTS`.' }),
      limit: t.exposeInt('limit', { description: 'How many the plan allows.' }),
      used: t.exposeInt('used', { description: 'How many there are.' }),
    }),
  });
  builder.objectType(PaymentDeclinedError, {
    name: 'PaymentDeclinedError',
    description: 'The bank or the payment provider refused the payment. No money moved.',
    shareable: true,
    interfaces: ['UserError'],
    fields: (t) => ({
      declineCode: t.exposeString('declineCode', {
        nullable: true,
        description: "The provider's reason, such as `insufficient_funds`, when it gives one.",
      }),
    }),
  });
}
