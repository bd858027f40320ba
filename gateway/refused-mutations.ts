import { Kind, OperationTypeNode, type GraphQLError } from 'graphql';
import { ERROR_STATUS, type ErrorCode } from '../subgraphs/_kernel/wire/error-codes.js';
import { REFUSED_MUTATIONS_PATH, type RefusedMutationReport } from '../subgraphs/_kernel/wire/refused-mutations.js';
import type { OpsReports } from './ops-reports.js';
import { Refusal } from './refusal.js';
import type { Stage } from './request.js';
import type { AuthorizedOperation } from './stages/authorization/authorization.js';
import type { ValidOperation } from './stages/validation/valid-operation.js';

/** Tells ops of the mutations that no subgraph gets to see. */
export interface RefusedMutations {
  /** Reports what the stage refuses as a whole. */
  around<In extends ValidOperation, Out>(stage: Stage<In, Out>): Stage<In, Out>;
  /** Reports what was cut from an operation. */
  readonly cut: Stage<AuthorizedOperation, AuthorizedOperation>;
}

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

export function createRefusedMutations(reports: OpsReports, now: () => number): RefusedMutations {
  const report = ({ caller }: ValidOperation, mutations: readonly string[], code: ErrorCode): void => {
    const { tenant, principal, requestId, ip, userAgent } = caller;
    const at = new Date(now()).toISOString();
    const told: RefusedMutationReport = { mutations, code, at };
    reports.tell({ path: REFUSED_MUTATIONS_PATH, report: told, envelope: { tenant, principal, origin: { requestId, ip, userAgent } } });
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
  };
}
