import type { z } from 'zod';
import { ValidationError } from '../errors/domain-error.js';

/**
 * Checks an input against its schema and returns the parsed value.
 * @throws {ValidationError} naming every field that breaks a rule
 */
export function validate<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new ValidationError(
    result.error.issues.map((issue) => ({
      field: issue.path.map(String).join('.') || 'input',
      message: issue.message,
    })),
  );
}
