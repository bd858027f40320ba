import { GraphQLError } from 'graphql';
import { httpStatusOf, type ErrorCode } from '../subgraphs/_kernel/wire/error-codes.js';

export interface RefusalDetails {
  /** HTTP headers that go with it, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What programs are told besides the code. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** A request that a stage turned away before anything ran. The message is told to the client word for word. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  private readonly extensions: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, { headers = {}, extensions = {} }: RefusalDetails = {}) {
    super(message);
    this.code = code;
    this.headers = headers;
    this.extensions = extensions;
  }

  get status(): number {
    return httpStatusOf(this.code);
  }

  toGraphQLError(requestId: string): GraphQLError {
    return new GraphQLError(this.message, { extensions: { ...this.extensions, code: this.code, requestId } });
  }
}
