import type { RouteResponse } from '../../../_kernel/wire/subgraph-route.js';
import { ScimError } from '../protocol/scim-error.js';
import { isObject, type JsonObject } from '../protocol/tidy.js';
import { BULK_RESPONSE, inOrder, referencesOf, resolved, type BulkOperation, type BulkRequest } from './bulk.js';

/** Does one operation as if it had been asked for alone; what is refused is an answer, too. */
export type PerformOperation = (operation: BulkOperation) => Promise<RouteResponse>;

const FIRST_ERROR = 400;

const jsonIn = ({ body }: RouteResponse): JsonObject => {
  const value: unknown = body === '' ? {} : JSON.parse(body);
  return isObject(value) ? value : {};
};

/** What is said of one operation, RFC 7644, section 3.7.3. */
function outcomeOf(base: string, { method, path, bulkId }: BulkOperation, answer: RouteResponse): JsonObject {
  const failed = answer.status >= FIRST_ERROR;
  const location = method === 'POST' ? answer.headers['location'] : base + path;
  const version = answer.headers['etag'];
  return {
    method,
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(location === undefined || (failed && method === 'POST') ? {} : { location }),
    ...(version === undefined || failed ? {} : { version }),
    status: String(answer.status),
    ...(failed ? { response: jsonIn(answer) } : {}),
  };
}

const unresolved = (names: readonly string[]): RouteResponse => ({
  status: 409,
  headers: {},
  body: JSON.stringify(new ScimError(409, `Nothing was made as ${names.map((name) => `bulkId:${name}`).join(', ')}`, 'invalidValue')),
});

/**
 * Does many operations, each for itself: what is done stays done though another fails.
 * @param base address of the service, without a slash at the end
 */
export async function performBulk(base: string, { operations, failOnErrors }: BulkRequest, perform: PerformOperation): Promise<JsonObject> {
  const ids = new Map<string, string>();
  const outcomes = new Map<BulkOperation, JsonObject>();
  let errors = 0;
  for (const operation of inOrder(operations)) {
    if (errors >= failOnErrors) break;
    const missing = [...referencesOf(operation)].filter((name) => !ids.has(name));
    const ready = resolved(operation, ids);
    const answer = missing.length > 0 ? unresolved(missing) : await perform(ready);
    const { id } = answer.status < FIRST_ERROR ? jsonIn(answer) : {};
    if (operation.method === 'POST' && operation.bulkId !== undefined && typeof id === 'string') ids.set(operation.bulkId, id);
    if (answer.status >= FIRST_ERROR) errors += 1;
    outcomes.set(operation, outcomeOf(base, ready, answer));
  }
  return { schemas: [BULK_RESPONSE], Operations: operations.flatMap((operation) => outcomes.get(operation) ?? []) };
}
