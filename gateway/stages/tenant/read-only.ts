import { Kind, OperationTypeNode, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { Refusal } from '../../refusal.js';
import type { Stage } from '../../request.js';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import type { ValidOperation } from '../validation/valid-operation.js';

/**
 * Marks what a company may still change whose trial is over: `@tag(name: "while-read-only")` for choosing a plan,
 * taking its data along and looking after its accounts; whatever proves who one is carries `credentials` already.
 */
const ALLOWED_TAGS: ReadonlySet<unknown> = new Set(['while-read-only', 'credentials']);

/** Mutations that carry one of the tags, by name. */
function allowedMutationsOf({ annotated }: SupergraphGeneration): ReadonlySet<string> {
  const fields = annotated.schemaDefinition.rootType('mutation')?.fields() ?? [];
  return new Set(
    fields
      .filter((field) =>
        field.appliedDirectives.some(
          (applied) => applied.name === 'tag' && ALLOWED_TAGS.has(applied.arguments()['name']),
        ),
      )
      .map(({ name }) => name),
  );
}

/** A root field that is not allowed, through fragments; null when all are. */
function forbiddenIn(set: SelectionSetNode, document: DocumentNode, allowed: ReadonlySet<string>): string | null {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const { value: name } = selection.name;
      if (!name.startsWith('__') && !allowed.has(name)) return name;
      continue;
    }
    const group = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragmentNamed(selection.name.value, document);
    const found = group ? forbiddenIn(group.selectionSet, document, allowed) : null;
    if (found !== null) return found;
  }
  return null;
}

const fragmentNamed = (name: string, { definitions }: DocumentNode): FragmentDefinitionNode | undefined =>
  definitions.find((part) => part.kind === Kind.FRAGMENT_DEFINITION && part.name.value === name) as
    FragmentDefinitionNode | undefined;

/**
 * Refuses mutations to a company whose trial is over: everything can be read, nothing changed until a plan is
 * chosen. Staff of the platform still may, inside it, too.
 */
export function createReadOnlyStage(): Stage<ValidOperation, ValidOperation> {
  const allowed = new WeakMap<SupergraphGeneration, ReadonlySet<string>>();

  const allowedBy = (generation: SupergraphGeneration): ReadonlySet<string> => {
    const known = allowed.get(generation) ?? allowedMutationsOf(generation);
    allowed.set(generation, known);
    return known;
  };

  return async (operation) => {
    const { caller, definition, generation } = operation;
    if (caller.tenant.status !== 'TRIAL_EXPIRED' || definition.operation !== OperationTypeNode.MUTATION) return operation;
    if (caller.principal.kind === 'platform') return operation;
    const field = forbiddenIn(definition.selectionSet, operation.document, allowedBy(generation));
    if (field === null) return operation;
    throw new Refusal('TENANT_READ_ONLY', `The trial has ended: ${field} needs a plan, which choosePlan chooses`);
  };
}
