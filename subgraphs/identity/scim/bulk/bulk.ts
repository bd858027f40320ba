import { z } from 'zod';
import { badRequest, invalidValue, ScimError } from '../protocol/scim-error.js';
import { isObject } from '../protocol/tidy.js';

/** Operations of one request, and bytes of it, at most. */
export const MOST_BULK_OPERATIONS = 200;
export const LONGEST_BULK_BYTES = 1_000_000;

export const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
export const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

const REFERENCE = 'bulkId:';
const PATH = /^\/(?:Users|Groups)(?:\/[^/?#]+)?$/;

const operationSchema = z.object({
  method: z.string().transform((method) => method.toUpperCase()).pipe(z.enum(['POST', 'PUT', 'PATCH', 'DELETE'])),
  path: z.string().max(300).regex(PATH, 'must be /Users or /Groups, with an id behind it where that is meant'),
  bulkId: z.string().min(1).max(200).optional(),
  version: z.string().max(200).optional(),
  data: z.unknown().optional(),
});

export type BulkOperation = z.output<typeof operationSchema>;

const requestSchema = z.object({
  failOnErrors: z.int().min(1).optional(),
  Operations: z.array(operationSchema).min(1),
});

export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  /** How many may fail before the rest is left; all are attempted without it. */
  readonly failOnErrors: number;
}

/** @throws {ScimError} invalidSyntax, invalidValue; 413 for more than is done at once */
export function bulkRequestOf(body: unknown): BulkRequest {
  const schemas = isObject(body) ? body['schemas'] : undefined;
  if (!Array.isArray(schemas) || !schemas.includes(BULK_REQUEST)) throw badRequest('invalidSyntax', `The schema is ${BULK_REQUEST}`);
  const listed = isObject(body) ? body['Operations'] : undefined;
  if (Array.isArray(listed) && listed.length > MOST_BULK_OPERATIONS) {
    throw new ScimError(413, `At most ${MOST_BULK_OPERATIONS} operations at once (maxOperations)`);
  }
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) throw invalidValue(parsed.error);
  const operations = parsed.data.Operations;
  const ids = operations.flatMap(({ bulkId }) => (bulkId === undefined ? [] : [bulkId]));
  if (new Set(ids).size < ids.length) throw badRequest('invalidValue', 'bulkId: two operations have the same');
  for (const { method, path, bulkId } of operations) {
    const namesOne = path.split('/').length > 2;
    if (method === 'POST' && bulkId === undefined) throw badRequest('invalidValue', 'bulkId: is needed where something is made');
    if ((method === 'POST') === namesOne) throw badRequest('invalidValue', `path: ${method} is not for ${path}`);
  }
  return { operations, failOnErrors: parsed.data.failOnErrors ?? Infinity };
}

/** Changes every text of a value. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, mapTexts(part, change)]));
}

/** The other operations that an operation speaks of, by their bulkId. */
export function referencesOf({ path, data }: BulkOperation): ReadonlySet<string> {
  const found = new Set<string>();
  const note = (text: string): string => {
    if (text.startsWith(REFERENCE)) found.add(text.slice(REFERENCE.length));
    return text;
  };
  mapTexts(data, note);
  note(path.split('/')[2] ?? '');
  return found;
}

/** The operation with ids in the place of what was not made yet when it was written. */
export function resolved(operation: BulkOperation, ids: ReadonlyMap<string, string>): BulkOperation {
  const change = (text: string): string =>
    text.startsWith(REFERENCE) ? (ids.get(text.slice(REFERENCE.length)) ?? text) : text;
  const [, kind = '', id] = operation.path.split('/');
  const path = id === undefined ? operation.path : `/${kind}/${change(id)}`;
  return { ...operation, path, data: mapTexts(operation.data, change) };
}

/**
 * The order in which operations can be done: as they stand, but each behind those that make what it speaks of. Those of
 * a circle, and those behind them, are last; nothing can be put in the place of what they speak of.
 */
export function inOrder(operations: readonly BulkOperation[]): readonly BulkOperation[] {
  const made = new Set(operations.flatMap(({ method, bulkId }) => (method === 'POST' && bulkId !== undefined ? [bulkId] : [])));
  const ordered: BulkOperation[] = [];
  const done = new Set<string>();
  let waiting = [...operations];
  for (;;) {
    const next = waiting.find((one) => [...referencesOf(one)].every((id) => !made.has(id) || done.has(id)));
    if (!next) return [...ordered, ...waiting];
    ordered.push(next);
    if (next.bulkId !== undefined) done.add(next.bulkId);
    waiting = waiting.filter((one) => one !== next);
  }
}
