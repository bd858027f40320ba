/** The caller's input breaks a rule; `field` is its dotted path, as the caller named it. */
export class SpineInputError extends Error {
  readonly code = 'BAD_USER_INPUT';
  override readonly name = 'SpineInputError';
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.field = field;
  }
}

/**
 * A text that is there and is not only white space, returned as given.
 * @throws {SpineInputError} naming `field`
 */
export function requireText(value: unknown, field: string, maxLength = 1_000): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new SpineInputError(field, 'must be a non-empty text');
  if (value.length > maxLength) throw new SpineInputError(field, `must be at most ${maxLength} characters`);
  return value;
}

/**
 * As `requireText`, with null for an absent value. An empty text is refused rather than read as absent:
 * an id that got lost on the way must not widen what is asked for.
 * @throws {SpineInputError} naming `field`
 */
export function optionalText(value: unknown, field: string): string | null {
  return value === undefined || value === null ? null : requireText(value, field);
}
