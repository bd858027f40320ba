import { GraphQLError, Kind, type DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { SwitchableModule } from '../../../subgraphs/_kernel/flags/evaluation/known-flags.js';
import type { ErrorCode } from '../../../subgraphs/_kernel/wire/error-codes.js';
import type { Stage } from '../../request.js';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import type { ValidOperation } from '../validation/valid-operation.js';
import { ownValue } from '../execution/json.js';
import { createGuard, type Guard } from './guard.js';
import { fieldsWithout, moduleFieldsOf, type ModuleFields, type ModulesOff } from './modules.js';
import type { PolicyRegistry } from './policies.js';
import { guardedCoordinatesOf, pruneOperation, type Cut, type Pruned } from './prune.js';
import { compileRules } from './rule-tree.js';

/** An operation of which only what may be seen is left to plan. */
export interface AuthorizedOperation extends ValidOperation {
  /** What is left of the operation; null when nothing is. The very same document when nothing was cut. */
  readonly permitted: DocumentNode | null;
  /** Why the rest was cut, one error a place. */
  readonly refusals: readonly GraphQLError[];
  /** `Type.field` of what may not be seen: null in the answer even where it was fetched to join subgraphs. */
  readonly denied: ReadonlySet<string>;
  /** Names what was cut; equal for two askers exactly when they may see the same. */
  readonly permissionSet: string;
}

/** What is left for one set of permissions. */
interface Remainder extends Pruned {
  readonly denied: ReadonlySet<string>;
}

interface Analysis {
  readonly coordinates: ReadonlySet<string>;
  /** What it asks of modules alone that can be switched off. */
  readonly moduleFields: ModuleFields;
  readonly modules: readonly SwitchableModule[];
  readonly remainders: LRUCache<string, Remainder>;
}

const WHOLE = '';

export const NOTHING_DENIED: ReadonlySet<string> = new Set();

/** How many permission sets are kept for one document. */
const PERMISSION_SETS_KEPT = 32;

/** Whether what was cut would have been fetched: a field that is skipped is not refused. */
const isAskedFor = ({ conditions }: Cut, { definition, variables }: ValidOperation): boolean =>
  conditions.every(({ variable, wanted }) => {
    const given = ownValue(variables, variable);
    if (given !== undefined) return given === wanted;
    const declared = definition.variableDefinitions?.find((candidate) => candidate.variable.name.value === variable);
    return declared?.defaultValue?.kind === Kind.BOOLEAN && declared.defaultValue.value === wanted;
  });

function refusalsOf({ cuts: all, rootFields }: Pruned, switchedOff: ReadonlySet<string>, operation: ValidOperation): readonly GraphQLError[] {
  const { principal } = operation.caller;
  const cuts = all.filter((cut) => isAskedFor(cut, operation));
  const refusedWhole = cuts.filter(({ wholeRootField }) => wholeRootField).length;
  const signInMissing = principal.kind === 'anonymous' && refusedWhole === rootFields;
  return cuts.map(({ path, coordinate }) => {
    const refused = (message: string, code: ErrorCode) => new GraphQLError(message, { path, extensions: { code, coordinate } });
    if (switchedOff.has(coordinate)) return refused(`${coordinate} belongs to a module that is switched off here`, 'MODULE_DISABLED');
    if (signInMissing) return refused('Sign in to do this', 'UNAUTHENTICATED');
    return refused(`You are not allowed to use ${coordinate}`, 'UNAUTHORIZED_FIELD_OR_TYPE');
  });
}

/** Cuts from the operation what the caller may not see, and what belongs to modules that are switched off for her. */
export function createAuthorizationStage(
  policies: PolicyRegistry,
  modulesOff: ModulesOff = () => [],
): Stage<ValidOperation, AuthorizedOperation> {
  const guards = new WeakMap<SupergraphGeneration, Guard>();
  const moduleFields = new WeakMap<SupergraphGeneration, ModuleFields>();
  const analyses = new WeakMap<Guard, WeakMap<object, Analysis>>();

  const guardOf = (generation: SupergraphGeneration): Guard => {
    const known = guards.get(generation);
    if (known) return known;
    const guard = createGuard(generation.apiSchema, compileRules(generation.annotated, policies));
    guards.set(generation, guard);
    return guard;
  };

  const analysisOf = (guard: Guard, operation: ValidOperation): Analysis => {
    const ofGuard = analyses.get(guard) ?? new WeakMap<object, Analysis>();
    analyses.set(guard, ofGuard);
    const known = ofGuard.get(operation.definition);
    if (known) return known;
    const { generation, document, definition } = operation;
    const ofModules = moduleFields.get(generation) ?? moduleFieldsOf(generation);
    moduleFields.set(generation, ofModules);
    const asked = guardedCoordinatesOf(generation.apiSchema, document, definition, new Set(ofModules.keys()));
    const askedOfModules = new Map([...ofModules].filter(([coordinate]) => asked.has(coordinate)));
    const analysis: Analysis = {
      moduleFields: askedOfModules,
      modules: [...new Set([...askedOfModules.values()].flat())],
      coordinates: guardedCoordinatesOf(generation.apiSchema, document, definition, guard.guarded),
      remainders: new LRUCache({ max: PERMISSION_SETS_KEPT }),
    };
    ofGuard.set(definition, analysis);
    return analysis;
  };

  return async (operation) => {
    const { generation, document, definition, caller } = operation;
    const guard = guardOf(generation);
    const analysis = analysisOf(guard, operation);
    const forbidden = await guard.deniedTo(caller, analysis.coordinates);
    const off = analysis.modules.length === 0 ? [] : modulesOff(caller, analysis.modules);
    const switchedOff = off.length === 0 ? NOTHING_DENIED : fieldsWithout(analysis.moduleFields, off);
    if (forbidden.size === 0 && switchedOff.size === 0) {
      return { ...operation, permitted: document, refusals: [], denied: NOTHING_DENIED, permissionSet: WHOLE };
    }
    const denied = switchedOff.size === 0 ? forbidden : new Set([...forbidden, ...switchedOff]);
    const permissionSet = [...denied].sort().join(' ');
    let remainder = analysis.remainders.get(permissionSet);
    if (!remainder) {
      remainder = { ...pruneOperation(generation.apiSchema, document, definition, denied), denied };
      analysis.remainders.set(permissionSet, remainder);
    }
    return {
      ...operation,
      permitted: remainder.document,
      refusals: refusalsOf(remainder, switchedOff, operation),
      denied: remainder.denied,
      permissionSet,
    };
  };
}
