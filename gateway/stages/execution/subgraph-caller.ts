import type { FetchNode } from '@apollo/query-planner';
import { parse, type DocumentNode, type ExecutionResult } from 'graphql';
import type { Envelope } from '../../../subgraphs/_kernel/wire/envelope.js';
import { describeSpan, inSpan } from '../../../subgraphs/_kernel/wire/tracing.js';
import type { SubgraphEndpoint, SubgraphRequest } from '../../../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { SubgraphName } from '../../../subgraphs/_kernel/wire/subgraph-names.js';
import type { Operation } from '../limits/limits.js';
import { SubgraphUnreachableError } from './error-mask.js';

export type Endpoints = Readonly<Record<SubgraphName, SubgraphEndpoint>>;

/** What a plan needs of a subgraph, whatever its name. */
export interface FetchEndpoint extends Pick<SubgraphEndpoint, 'execute' | 'subscribe'> {
  readonly name: string;
}

/** By the names that plans carry. */
export type FetchEndpoints = Readonly<Record<string, FetchEndpoint>>;

export interface FetchObserver {
  fetched(subgraph: string, seconds: number, outcome: 'ok' | 'errors' | 'unreachable'): void;
}

/** Tells whoever asked how the request went as well. */
export const fetchObserverOf = (observer: FetchObserver, { caller: { explanation } }: Operation): FetchObserver =>
  explanation
    ? {
        fetched(subgraph, seconds, outcome) {
          observer.fetched(subgraph, seconds, outcome);
          explanation.fetched(subgraph, seconds, outcome);
        },
      }
    : observer;

export const envelopeOf = ({ caller }: Operation): Envelope => ({
  tenant: caller.tenant,
  principal: caller.principal,
  origin: {
    requestId: caller.requestId,
    ip: caller.ip,
    userAgent: caller.userAgent,
    ...(caller.ownDomain === undefined ? {} : { domain: caller.ownDomain }),
  },
});

const parsed = new WeakMap<FetchNode, DocumentNode>();

function documentOf(node: FetchNode): DocumentNode {
  if (node.operationDocumentNode) return node.operationDocumentNode;
  const known = parsed.get(node);
  if (known) return known;
  const document = parse(node.operation);
  parsed.set(node, document);
  return document;
}

/** The supergraph writes names in capitals where it makes enum values of them; plans carry them as they are. */
export function endpointOf(endpoints: FetchEndpoints, name: string): FetchEndpoint {
  const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
  if (!endpoint) throw new Error(`the plan names ${name}, which is no subgraph`);
  return endpoint;
}

export const requestOf = (
  node: FetchNode,
  variables: Readonly<Record<string, unknown>>,
  envelope: Envelope,
  until: Pick<Deadline, 'signal'>,
  sharesReads = false,
): SubgraphRequest => ({
  source: node.operation,
  document: documentOf(node),
  operationName: node.operationName,
  variables,
  envelope,
  sharesReads,
  get signal() {
    return until.signal;
  },
});

/** A moment after which nobody waits any more. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Rejects when it has passed; never resolves. */
  readonly passed: Promise<never>;
  clear(): void;
}

/** Of what fetches nothing, and so waits for nobody. */
export const NO_DEADLINE: Deadline = {
  signal: new AbortController().signal,
  passed: new Promise(() => undefined),
  clear: () => undefined,
};

/** @param client aborted when the client has gone; null where the work is to be finished all the same */
export function startDeadline(milliseconds: number, client: AbortSignal | null): Deadline {
  let reason: SubgraphUnreachableError | null = null;
  let controller: AbortController | null = null;
  let fail: (reason: Error) => void = () => undefined;
  const passed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  // Nobody may be waiting when it passes.
  passed.catch(() => undefined);
  const pass = (why: string): void => {
    reason ??= new SubgraphUnreachableError(why);
    controller?.abort(reason);
    fail(reason);
  };
  const timer = setTimeout(() => pass('the deadline has passed'), milliseconds);
  const onClientGone = (): void => pass('the client has gone');
  if (client?.aborted) onClientGone();
  client?.addEventListener('abort', onClientGone, { once: true });
  return {
    // Made when it is first asked for: a call in process has no use for it.
    get signal() {
      if (!controller) {
        controller = new AbortController();
        if (reason) controller.abort(reason);
      }
      return controller.signal;
    },
    passed,
    clear() {
      clearTimeout(timer);
      client?.removeEventListener('abort', onClientGone);
    },
  };
}

/** Calls a subgraph, but waits no longer than the deadline, whether or not the subgraph heeds it. */
export const callSubgraph = (
  endpoint: FetchEndpoint,
  request: SubgraphRequest,
  deadline: Deadline,
  observer: FetchObserver,
): Promise<ExecutionResult> =>
  inSpan(
    { name: `fetch ${endpoint.name}`, kind: 'client', attributes: () => ({ 'spine.subgraph': endpoint.name }) },
    () => call(endpoint, request, deadline, observer),
  );

async function call(
  endpoint: FetchEndpoint,
  request: SubgraphRequest,
  deadline: Deadline,
  observer: FetchObserver,
): Promise<ExecutionResult> {
  const begun = performance.now();
  const took = (): number => (performance.now() - begun) / 1000;
  try {
    const result = await Promise.race([endpoint.execute(request), deadline.passed]);
    observer.fetched(endpoint.name, took(), result.errors?.length ? 'errors' : 'ok');
    if (result.errors?.length) describeSpan(() => ({ 'spine.errors': result.errors?.length ?? 0 }));
    return result;
  } catch (error) {
    observer.fetched(endpoint.name, took(), 'unreachable');
    if (error instanceof SubgraphUnreachableError) throw error;
    throw new SubgraphUnreachableError(`${endpoint.name} cannot be reached`, { cause: error });
  }
}
