import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { isJsonObject } from '../stages/execution/json.js';
import type { BoundedOperation } from '../stages/limits/limits.js';
import type { SupergraphGeneration } from '../supergraph/generation.js';

/** A document that Apollo Server has parsed and validated, and the operation in it that was meant. */
export interface ApprovedDocument {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
}

type Headers = Readonly<Record<string, string>>;

/** What of a request says whether it is one like those that went well before. */
export interface RecognizableRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/**
 * What Apollo Server has found nothing wrong with. A request that is the like of one before, but for its
 * variables, need not be parsed, validated and negotiated again.
 */
export interface ApprovedRequests {
  approveDocument(generation: SupergraphGeneration, operation: BoundedOperation, approved: ApprovedDocument): void;
  /** Remembers with which headers a good answer went to those who accept what this request accepts. */
  approveHeaders(request: RecognizableRequest, headers: Headers): void;
  /** Null for everything that Apollo Server has to look at. */
  recognize(
    generation: SupergraphGeneration,
    request: RecognizableRequest,
    operation: BoundedOperation,
  ): (ApprovedDocument & { readonly headers: Headers }) | null;
}

const DOCUMENTS_KEPT = 1_000;
const ACCEPTS_KEPT = 100;

/** Longer ones are left out, so that the memory cannot be filled with them. */
const LONGEST_DOCUMENT = 20_000;
const LONGEST_ACCEPT = 200;

const JSON_BODY = /^application\/json(?:; *charset=utf-8)?$/i;

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** Whether a body says nothing but which operation with which variables, in the form that it should have. */
function isOrdinary(body: unknown, operation: BoundedOperation): boolean {
  if (!isJsonObject(body)) return false;
  const { query, operationName, variables, extensions } = body;
  return (
    query === operation.source &&
    (isAbsent(operationName) ? operation.operationName === undefined : operationName === operation.operationName) &&
    (isAbsent(variables) || isJsonObject(variables)) &&
    isAbsent(extensions)
  );
}

function acceptOf({ headers }: RecognizableRequest): string | null {
  const { accept = '' } = headers;
  return typeof accept === 'string' && accept.length <= LONGEST_ACCEPT ? accept : null;
}

export function createApprovedRequests(): ApprovedRequests {
  const documents = new WeakMap<SupergraphGeneration, LRUCache<string, Map<string, ApprovedDocument>>>();
  const headersByAccept = new LRUCache<string, Headers>({ max: ACCEPTS_KEPT });

  return {
    approveDocument(generation, { source, operationName = '' }, approved) {
      if (source.length > LONGEST_DOCUMENT) return;
      const ofGeneration = documents.get(generation) ?? new LRUCache({ max: DOCUMENTS_KEPT });
      documents.set(generation, ofGeneration);
      const byName = ofGeneration.get(source) ?? new Map<string, ApprovedDocument>();
      byName.set(operationName, approved);
      ofGeneration.set(source, byName);
    },
    approveHeaders(request, headers) {
      const accept = acceptOf(request);
      if (accept !== null) headersByAccept.set(accept, headers);
    },
    recognize(generation, request, operation) {
      if (request.method !== 'POST' || !JSON_BODY.test(String(request.headers['content-type']))) return null;
      if (!isOrdinary(request.body, operation)) return null;
      const accept = acceptOf(request);
      const headers = accept === null ? undefined : headersByAccept.get(accept);
      const approved = documents.get(generation)?.get(operation.source)?.get(operation.operationName ?? '');
      return headers && approved ? { ...approved, headers } : null;
    },
  };
}
