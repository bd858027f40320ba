import { GraphQLError } from 'graphql';
import type { RequestContext } from '../request/request-context.js';
import { isRefusedValue } from '../tenancy/violations.js';
import { DomainError, LaggedError, ValidationError } from './domain-error.js';

/**
 * What a client may see of an error. A `DomainError` keeps its message and code; an error of the GraphQL
 * layer itself (syntax, coercion) keeps its message; anything else is logged here and masked.
 */
export function maskError(error: GraphQLError, request: RequestContext): GraphQLError {
  const cause = error.originalError;
  const place = {
    ...(error.path ? { path: error.path } : {}),
    ...(error.nodes ? { nodes: error.nodes } : {}),
  };
  if (cause instanceof DomainError) {
    return new GraphQLError(cause.message, {
      ...place,
      extensions: {
        code: cause.code,
        ...(cause instanceof ValidationError ? { issues: cause.issues } : {}),
        ...(cause instanceof LaggedError ? { oldestCursor: cause.oldestCursor } : {}),
      },
    });
  }
  if (cause === undefined || cause instanceof GraphQLError) {
    const code = error.extensions['code'];
    return new GraphQLError(error.message, {
      ...place,
      extensions: { code: typeof code === 'string' ? code : 'BAD_USER_INPUT' },
    });
  }
  if (isRefusedValue(cause)) {
    // The last line behind the services' own rules, for values only the database knows it cannot hold.
    request.logger.warn({ err: cause, path: error.path?.join('.') }, 'the database refused a value');
    return new GraphQLError('The input holds a value that cannot be stored', {
      ...place,
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  request.logger.error({ err: cause, path: error.path?.join('.') }, 'unexpected error in a resolver');
  return new GraphQLError('Something went wrong on our side', {
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: request.origin.requestId },
  });
}
