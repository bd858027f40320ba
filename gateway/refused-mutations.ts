import { Kind, OperationTypeNode, type GraphQLError } from 'graphql';
import type { Envelope } from '../subgraphs/_kernel/wire/envelope.js';
import { ERROR_STATUS, type ErrorCode } from '../subgraphs/_kernel/wire/error-codes.js';
import { REFUSED_MUTATIONS_PATH, type RefusedMutationReport } from '../subgraphs/_kernel/wire/refused-mutations.js';
import type { SubgraphEndpoint } from '../subgraphs/_kernel/wire/subgraph-endpoint.js';
import type { GatewayLogger } from './logger.js';
import { Refusal } from './refusal.js';
import type { Stage } from './request.js';
import type { AuthorizedOperation } from './stages/authorization/authorization.js';
import type { ValidOperation } from './stages/validation/valid-operation.js';

/** Tells ops of the mutations that no subgraph gets to see. It never delays or fails the request. */
export interface RefusedMutations {
  /** Reports what the stage refuses as a whole. */
  around<In extends ValidOperation, Out>(stage: Stage<In, Out>): Stage<In, Out>;
  /** Reports what was cut from an operation. */
  readonly cut: Stage<AuthorizedOperation, AuthorizedOperation>;
  /** Resolves when what waits has been sent, or cannot be for now. */
  stop(): Promise<void>;
}

interface Waiting {
  readonly report: RefusedMutationReport;
  readonly envelope: Envelope;
}

/** Beyond this many that wait for ops, further ones are counted and dropped. */
const QUEUE_LIMIT = 10_000;
const RETRY_MS = 1_000;

const isMutation = ({ definition }: ValidOperation): boolean => definition.operation === OperationTypeNode.MUTATION;

/** The mutations that stand in the operation itself; fragments at its root are rare, and then their names are told. */
const mutationsIn = ({ definition }: ValidOperation): readonly string[] => {
  const names = definition.selectionSet.selections.map((selection) =>
    selection.kind === Kind.INLINE_FRAGMENT ? '...' : selection.name.value,
  );
  return [...new Set(names.filter((name) => !name.startsWith('__')))];
};

const codeOf = ({ extensions }: GraphQLError): ErrorCode => {
  const code = String(extensions['code']);
  return Object.hasOwn(ERROR_STATUS, code) ? (code as ErrorCode) : 'FORBIDDEN';
};

/** The mutations of which nothing was left, by the code they were refused with. */
function refusedIn({ refusals }: AuthorizedOperation): ReadonlyMap<ErrorCode, readonly string[]> {
  const byCode = new Map<ErrorCode, string[]>();
  for (const refusal of refusals) {
    const { coordinate } = refusal.extensions;
    if (typeof coordinate !== 'string' || !coordinate.startsWith('Mutation.')) continue;
    const code = codeOf(refusal);
    byCode.set(code, [...new Set([...(byCode.get(code) ?? []), coordinate.slice('Mutation.'.length)])]);
  }
  return byCode;
}

export function createRefusedMutations(ops: SubgraphEndpoint, logger: GatewayLogger, now: () => number): RefusedMutations {
  const queue: Waiting[] = [];
  let dropped = 0;
  let sending: Promise<void> | null = null;
  let stopping = false;

  const post = async ({ report, envelope }: Waiting): Promise<void> => {
    const request = {
      method: 'POST',
      path: REFUSED_MUTATIONS_PATH,
      search: '',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(report)),
    };
    const response = await ops.forward(request, envelope);
    if (!response || response.status >= 500) throw new Error(`ops answered ${response?.status ?? 'no route'}`);
    if (response.status >= 300) logger.warn({ status: response.status, report }, 'ops does not take a refused mutation');
  };

  /** In their order; what cannot be sent stays at the head until it can. */
  const sendAll = async (): Promise<void> => {
    try {
      for (let first = queue[0]; first; first = queue[0]) {
        await post(first);
        queue.shift();
      }
    } catch (error) {
      logger.warn({ err: error, waiting: queue.length, dropped }, 'refused mutations wait for ops');
      if (!stopping) setTimeout(send, RETRY_MS).unref();
    }
    sending = null;
  };
  // Starts in a turn of its own: in process, the hand-over would otherwise run inside the request.
  const send = (): void => {
    sending ??= Promise.resolve().then(sendAll);
  };

  const report = ({ caller }: ValidOperation, mutations: readonly string[], code: ErrorCode): void => {
    if (queue.length >= QUEUE_LIMIT) {
      dropped += 1;
      return;
    }
    const { tenant, principal, requestId, ip, userAgent } = caller;
    const at = new Date(now()).toISOString();
    queue.push({ report: { mutations, code, at }, envelope: { tenant, principal, origin: { requestId, ip, userAgent } } });
    send();
  };

  return {
    around: (stage) => async (operation) => {
      try {
        return await stage(operation);
      } catch (error) {
        if (error instanceof Refusal && isMutation(operation)) report(operation, mutationsIn(operation), error.code);
        throw error;
      }
    },
    async cut(operation) {
      if (operation.refusals.length === 0 || !isMutation(operation)) return operation;
      for (const [code, mutations] of refusedIn(operation)) report(operation, mutations, code);
      return operation;
    },
    async stop() {
      stopping = true;
      await sending;
    },
  };
}
