import { GraphQLError } from 'graphql';
import { httpStatusOf, type ErrorCode } from '../subgraphs/_kernel/wire/error-codes.js';

/** A request that a stage turned away before anything ran. The message is told to the client word for word. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return httpStatusOf(this.code);
  }

  toGraphQLError(requestId: string): GraphQLError {
    return new GraphQLError(this.message, { extensions: { code: this.code, requestId } });
  }
}
