/** A part of an operation or plan that is left to the stock executor. */
export class NotCompilableError extends Error {
  override readonly name = 'NotCompilableError';
}
