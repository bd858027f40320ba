import type { Schema } from './rest-operation.js';

/** What an operation asks for of a refusal. */
export const USER_ERROR = '... on UserError { code message }';

export const text: Schema = { type: 'string' };
export const instant: Schema = { type: 'string', format: 'date-time' };

/** A value that may be missing. */
export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

export const objectOf = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
});

/** An answer of which every part is there. */
export const answered = (properties: Readonly<Record<string, Schema>>): Schema =>
  objectOf({ ok: { const: true }, ...properties }, ['ok', ...Object.keys(properties)]);
