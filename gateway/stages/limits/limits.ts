import { GraphQLError, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { RegisteredOperation } from '../../../subgraphs/_kernel/wire/registered-operations.js';
import type { ErrorCode } from '../../../subgraphs/_kernel/wire/error-codes.js';
import type { OperationLimits } from '../../gateway-config.js';
import { Refusal } from '../../refusal.js';
import type { Stage } from '../../request.js';
import type { IdentifiedRequest } from '../authentication/authentication.js';
import type { Freshness } from '../response-cache/freshness.js';
import { sizeOfDocument, type OperationSize } from './document-size.js';
import { findUncheckable } from './uncheckable.js';

/** An operation as it was sent. */
export interface Operation {
  readonly caller: IdentifiedRequest;
  /** Text; empty when there was none. */
  readonly source: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Aborted when the client has gone, or when a stream has to end; the reason then says why. */
  readonly signal: AbortSignal;
  /** A subscription goes on behind the event that came with this cursor. */
  readonly resumeAfter?: string | undefined;
  /** What it was registered as, when a client has named it by the id of that. */
  readonly registered?: RegisteredOperation | undefined;
  /** Whether what was answered before will not do. */
  readonly wantsFresh?: boolean | undefined;
  /** Told how fresh the answer is, where it may be kept. */
  readonly tellFreshness?: ((freshness: Freshness) => void) | undefined;
}

declare const withinLimits: unique symbol;

/** An operation of which it is known that reading it costs little. Only this stage makes one. */
export interface BoundedOperation extends Operation {
  readonly [withinLimits]: true;
}

const REMEMBERED_SOURCES = 2_000;

/** Longer documents are measured anew each time, so that the memory cannot be filled with them. */
const REMEMBERED_LENGTH = 20_000;

const tooMany = (what: string, limit: number): string => `The operation has too many ${what}; at most ${limit} are accepted`;

function findExcess(size: OperationSize, limits: OperationLimits): string | null {
  if (size.depth > limits.depth) return `The operation is nested too deeply; at most ${limits.depth} levels are accepted`;
  if (size.fields > limits.fields) return tooMany('fields', limits.fields);
  if (size.aliases > limits.aliases) return tooMany('aliases', limits.aliases);
  if (size.rootFields > limits.rootFields) return tooMany('root fields', limits.rootFields);
  if (size.directives > limits.directives) return tooMany('directives', limits.directives);
  return null;
}

interface Objection {
  readonly code: ErrorCode;
  readonly message: string;
}

const tooComplex = (message: string): Objection => ({ code: 'OPERATION_TOO_COMPLEX', message });

/** Why a document is not accepted; null when it is, or when it is no document at all. */
function examine(source: string, limits: OperationLimits): Objection | null {
  try {
    const document = parse(source, { maxTokens: limits.tokens, noLocation: true });
    const excess = findExcess(sizeOfDocument(document), limits);
    if (excess !== null) return tooComplex(excess);
    const fault = findUncheckable(document);
    return fault === null ? null : { code: 'BAD_USER_INPUT', message: fault };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    // A syntax error is reported by validation, with its place; here it matters only that parsing ended early.
    return error.message.includes('tokens. Parsing aborted') ? tooComplex(tooMany('tokens', limits.tokens)) : null;
  }
}

/** Refuses an operation that is too large before anything is validated or run. */
export function createLimitsStage(limits: OperationLimits): Stage<Operation, BoundedOperation> {
  const verdicts = new LRUCache<string, { readonly objection: Objection | null }>({ max: REMEMBERED_SOURCES });

  const objectionTo = (source: string): Objection | null => {
    const known = verdicts.get(source);
    if (known) return known.objection;
    const objection = examine(source, limits);
    if (source.length <= REMEMBERED_LENGTH) verdicts.set(source, { objection });
    return objection;
  };

  return async (operation) => {
    if (Buffer.byteLength(operation.source) > limits.bodyBytes) {
      throw new Refusal('OPERATION_TOO_COMPLEX', `The operation is longer than ${limits.bodyBytes} bytes`);
    }
    const objection = objectionTo(operation.source);
    if (objection) throw new Refusal(objection.code, objection.message);
    return operation as BoundedOperation;
  };
}
