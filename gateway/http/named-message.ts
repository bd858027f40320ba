import { isJsonObject } from '../stages/execution/json.js';

/**
 * Gives a `subscribe` message without a query an empty one: graphql-ws refuses a message that has none, also
 * where an id names the document. Called as the reviver of `JSON.parse`, it looks at the whole message only.
 */
export function withQuery(key: string, value: unknown): unknown {
  if (key !== '' || !isJsonObject(value) || value['type'] !== 'subscribe') return value;
  const { payload } = value;
  if (!isJsonObject(payload) || (payload['query'] !== undefined && payload['query'] !== null)) return value;
  return { ...value, payload: { ...payload, query: '' } };
}
