import { createHash } from 'node:crypto';
import { Kind, valueFromASTUntyped, type FieldNode, type GraphQLSchema, type SelectionSetNode } from 'graphql';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import { isJsonObject } from '../execution/json.js';
import type { ValidOperation } from '../validation/valid-operation.js';

/** Marks the root fields by which one shows or asks for proof of who one is: `@tag(name: "credentials")`. */
const CREDENTIALS_TAG = 'credentials';

/** The input that says whose account is tried, wherever it stands in the arguments. */
const ACCOUNT_INPUT = 'email';
const INPUT_DEPTH = 3;

export interface Attempts {
  readonly total: number;
  /** How many of them name an account, by a digest of its address. */
  readonly byAccount: ReadonlyMap<string, number>;
}

const NONE: Attempts = { total: 0, byAccount: new Map() };

/** Root fields that carry the tag, as `Mutation.login`. */
function taggedFieldsOf({ annotated }: SupergraphGeneration): ReadonlySet<string> {
  const tagged = new Set<string>();
  for (const root of annotated.schemaDefinition.roots()) {
    for (const field of root.type.fields()) {
      const isTagged = field.appliedDirectives.some(
        (applied) => applied.name === 'tag' && applied.arguments()['name'] === CREDENTIALS_TAG,
      );
      if (isTagged) tagged.add(field.coordinate);
    }
  }
  return tagged;
}

/** Every use of a tagged field, through fragments, aliases each for itself. */
function usesOf(operation: ValidOperation, schema: GraphQLSchema, tagged: ReadonlySet<string>): readonly FieldNode[] {
  const { document, definition } = operation;
  const root = schema.getRootType(definition.operation)?.name ?? '';
  const uses: FieldNode[] = [];
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (tagged.has(`${root}.${selection.name.value}`)) uses.push(selection);
        continue;
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet);
        continue;
      }
      for (const part of document.definitions) {
        if (part.kind === Kind.FRAGMENT_DEFINITION && part.name.value === selection.name.value) collect(part.selectionSet);
      }
    }
  };
  collect(definition.selectionSet);
  return uses;
}

function accountIn(value: unknown, depth = INPUT_DEPTH): string | null {
  if (!isJsonObject(value) || depth === 0) return null;
  const own = value[ACCOUNT_INPUT];
  if (typeof own === 'string') return own;
  for (const inner of Object.values(value)) {
    const found = accountIn(inner, depth - 1);
    if (found !== null) return found;
  }
  return null;
}

const defaultsOf = ({ definition }: ValidOperation): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    (definition.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );

const digestOf = (account: string): string =>
  createHash('sha256').update(account.trim().toLowerCase()).digest('base64url').slice(0, 32);

/** Finds the attempts in operations; which fields of a document are attempts is found out once. */
export function createAttemptCounter(): (operation: ValidOperation) => Attempts {
  const tagged = new WeakMap<SupergraphGeneration, ReadonlySet<string>>();
  const uses = new WeakMap<SupergraphGeneration, WeakMap<object, readonly FieldNode[]>>();

  const taggedOf = (generation: SupergraphGeneration): ReadonlySet<string> => {
    const known = tagged.get(generation) ?? taggedFieldsOf(generation);
    tagged.set(generation, known);
    return known;
  };

  const usesIn = (operation: ValidOperation): readonly FieldNode[] => {
    const { generation, definition } = operation;
    const ofGeneration = uses.get(generation) ?? new WeakMap<object, readonly FieldNode[]>();
    uses.set(generation, ofGeneration);
    const known = ofGeneration.get(definition) ?? usesOf(operation, generation.apiSchema, taggedOf(generation));
    ofGeneration.set(definition, known);
    return known;
  };

  return (operation) => {
    const attempts = usesIn(operation);
    if (attempts.length === 0) return NONE;
    const byAccount = new Map<string, number>();
    const variables = { ...defaultsOf(operation), ...operation.variables };
    for (const { arguments: given = [] } of attempts) {
      const values = given.map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)] as const);
      const account = accountIn(Object.fromEntries(values));
      if (account === null) continue;
      const digest = digestOf(account);
      byAccount.set(digest, (byAccount.get(digest) ?? 0) + 1);
    }
    return { total: attempts.length, byAccount };
  };
}
