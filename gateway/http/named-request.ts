import { isJsonObject } from '../stages/execution/json.js';
import { documentNameOf, type DocumentName, type NamingProblem } from '../stages/persisted-queries/document-name.js';
import type { FrontRequest } from './apollo-front.js';

const textOf = (value: string | null): unknown => {
  try {
    return value === null ? undefined : (JSON.parse(value) as unknown);
  } catch {
    // Apollo Server says what is amiss with it.
    return undefined;
  }
};

/** Which document a request over HTTP names. @param body parsed JSON */
export function documentNamedIn(method: string, query: Pick<URLSearchParams, 'get'>, body: unknown): DocumentName | NamingProblem | null {
  if (method !== 'POST') {
    return documentNameOf({
      extensions: textOf(query.get('extensions')),
      documentId: query.get('documentId'),
      id: query.get('id'),
    });
  }
  return isJsonObject(body) ? documentNameOf(body) : null;
}

/** What of a request goes on as it is. */
const KEPT = ['operationName', 'variables'] as const;

/**
 * A request that named a document, as one that sends it. Made of nothing but what was checked, so that what runs
 * is what was resolved, whatever else the request held.
 */
export function withDocument({ method, headers, search, body }: FrontRequest, source: string): FrontRequest {
  if (method === 'POST') {
    const given = isJsonObject(body) ? body : {};
    const kept = KEPT.filter((name) => given[name] !== undefined).map((name) => [name, given[name]] as const);
    return { method, headers, search: '', body: { query: source, ...Object.fromEntries(kept) } };
  }
  const asked = new URLSearchParams(search);
  const shown = new URLSearchParams({ query: source });
  for (const name of KEPT) {
    for (const value of asked.getAll(name)) shown.append(name, value);
  }
  return { method, headers, search: `?${shown.toString()}`, body };
}
