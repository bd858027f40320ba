import { isJsonObject } from '../execution/json.js';

/** How a request names a document instead of sending it. */
export interface DocumentName {
  /** SHA-256 of the document in lower-case hexadecimal. */
  readonly documentId: string;
}

/** Why what names a document cannot be understood; told to the client. */
export interface NamingProblem {
  readonly problem: string;
}

/** What of a request can name a document, as it was sent. */
export interface NamingParameters {
  /** `extensions`, whose `persistedQuery` is Apollo's form: `{ version: 1, sha256Hash }`. */
  readonly extensions?: unknown;
  /** `documentId`, GraphQL over HTTP's form: `sha256:<hex>`. */
  readonly documentId?: unknown;
  /** `id`, the short form of some clients. */
  readonly id?: unknown;
}

const HASH = /^(?:sha256:)?([0-9a-f]{64})$/i;
const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

function hashOf(value: unknown): string | null {
  return typeof value === 'string' ? (HASH.exec(value)?.[1]?.toLowerCase() ?? null) : null;
}

function hashOfExtension(persistedQuery: unknown): string | NamingProblem {
  if (!isJsonObject(persistedQuery)) return { problem: 'extensions.persistedQuery must be an object' };
  if (persistedQuery['version'] !== 1) return { problem: 'Only version 1 of extensions.persistedQuery is understood' };
  return hashOf(persistedQuery['sha256Hash']) ?? { problem: 'extensions.persistedQuery.sha256Hash must be a SHA-256 in hexadecimal' };
}

/** Which document a request names; null when it names none. */
export function documentNameOf({ extensions, documentId, id }: NamingParameters): DocumentName | NamingProblem | null {
  const persistedQuery = isJsonObject(extensions) ? extensions['persistedQuery'] : undefined;
  const named: (string | NamingProblem)[] = [];
  if (!isAbsent(persistedQuery)) named.push(hashOfExtension(persistedQuery));
  for (const value of [documentId, id]) {
    if (!isAbsent(value)) named.push(hashOf(value) ?? { problem: 'A document id must be a SHA-256 in hexadecimal' });
  }
  const [first] = named;
  if (first === undefined) return null;
  for (const name of named) if (typeof name !== 'string') return name;
  if (named.some((name) => name !== first)) return { problem: 'The request names two documents' };
  return typeof first === 'string' ? { documentId: first } : first;
}
