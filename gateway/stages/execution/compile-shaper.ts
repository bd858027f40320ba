import {
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { DocumentNames } from '../planning/response-names.js';
import { isJsonObject, ownValue, type JsonObject } from './json.js';
import { compileLeaf } from './leaf.js';
import { NotCompilableError } from './not-compilable.js';
import { selectionApplies, type ConditionValues } from './selection-conditions.js';
import type { Shaping } from './shaping.js';

/** Shapes a value; `BUBBLE` says that the enclosing object has to become null. */
type Shape = (value: unknown, shaping: Shaping) => unknown;

export type ShapeRoot = (data: JsonObject, shaping: Shaping) => JsonObject | null;

const BUBBLE = Symbol('null bubbles up');

/** As an assignment would make it. */
const OWN = { writable: true, enumerable: true, configurable: true } as const;

interface ShapedField {
  readonly key: string;
  /** Where its value is in what was fetched. */
  readonly from: string;
  readonly shape: Shape;
}

/** Adds where we are to the violations found since `before`. */
function locate(shaping: Shaping, before: number, place: string | number): void {
  for (let index = before; index < shaping.violations.length; index += 1) {
    shaping.violations[index]?.path.push(place);
  }
}

class ShaperCompiler {
  private readonly schema: GraphQLSchema;
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly conditions: ConditionValues;
  private readonly names: DocumentNames;
  private readonly denied: ReadonlySet<string>;

  constructor(
    schema: GraphQLSchema,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    conditions: ConditionValues,
    names: DocumentNames,
    denied: ReadonlySet<string>,
  ) {
    this.denied = denied;
    this.schema = schema;
    this.fragments = fragments;
    this.conditions = conditions;
    this.names = names;
  }

  object(type: GraphQLCompositeType, sets: readonly SelectionSetNode[]): Shape {
    const collected = new Map<string, FieldNode[]>();
    for (const set of sets) this.collect(type, set, collected);
    const fields = [...collected].map(([key, nodes]) => this.field(type, key, nodes));
    return (value, shaping) => {
      const source = value as JsonObject;
      const shaped: JsonObject = {};
      const { violations } = shaping;
      let before = violations.length;
      for (const { key, from, shape } of fields) {
        const result = shape(ownValue(source, from), shaping);
        if (violations.length > before) {
          locate(shaping, before, key);
          before = violations.length;
        }
        if (result === BUBBLE) return null;
        if (key === '__proto__') Object.defineProperty(shaped, key, { ...OWN, value: result });
        else shaped[key] = result;
      }
      return shaped;
    };
  }

  private collect(type: GraphQLCompositeType, set: SelectionSetNode, into: Map<string, FieldNode[]>): void {
    for (const selection of set.selections) {
      if (!selectionApplies(selection, this.conditions)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const nodes = into.get(key);
        if (nodes) nodes.push(selection);
        else into.set(key, [selection]);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
      const condition = fragment?.typeCondition?.name.value;
      if (fragment && this.applies(condition, type)) this.collect(type, fragment.selectionSet, into);
    }
  }

  private applies(condition: string | undefined, type: GraphQLCompositeType): boolean {
    if (!condition || condition === type.name) return true;
    const wanted = this.schema.getType(condition);
    return isAbstractType(wanted) && 'getFields' in type && this.schema.isSubType(wanted, type);
  }

  private field(type: GraphQLCompositeType, key: string, nodes: readonly FieldNode[]): ShapedField {
    const [node] = nodes;
    const name = node?.name.value ?? key;
    const from = node ? this.names.fetchedAs(node) : key;
    if (name === '__typename') {
      return { key, from, shape: isAbstractType(type) ? () => BUBBLE : () => type.name };
    }
    if (name.startsWith('__')) return { key, from, shape: (_value, { introspection }) => introspection[key] ?? null };
    const definition = 'getFields' in type ? type.getFields()[name] : undefined;
    if (!definition) throw new Error(`${type.name} has no field ${name}`);
    const sets = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
    const coordinate = `${type.name}.${name}`;
    const shape = this.type(definition.type, sets, coordinate);
    // A key that may not be seen is fetched all the same where it joins what two subgraphs know.
    return { key, from, shape: this.isDenied(type, name) ? (_value, shaping) => shape(null, shaping) : shape };
  }

  /** Where the type of an object was not asked for, what may not be seen of any type it may be is not shown. */
  private isDenied(type: GraphQLCompositeType, field: string): boolean {
    if (this.denied.size === 0) return false;
    const types = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type];
    return types.some(({ name }) => this.denied.has(`${name}.${field}`));
  }

  private type(type: GraphQLOutputType, sets: readonly SelectionSetNode[], coordinate: string): Shape {
    if (isNonNullType(type)) return this.nonNull(this.type(type.ofType, sets, coordinate), coordinate);
    if (isListType(type)) return this.list(this.type(type.ofType, sets, coordinate), coordinate);
    if (isLeafType(type)) return compileLeaf(type, coordinate);
    return this.composite(type, sets, coordinate);
  }

  private nonNull(inner: Shape, coordinate: string): Shape {
    return (value, shaping) => {
      const before = shaping.violations.length;
      const shaped = inner(value, shaping);
      if (shaped !== null) return shaped;
      if (shaping.violations.length === before) {
        shaping.violations.push({ message: `Cannot return null for non-nullable ${coordinate}.`, path: [] });
      }
      return BUBBLE;
    };
  }

  private list(inner: Shape, coordinate: string): Shape {
    return (value, shaping) => {
      if (value === null || value === undefined) return null;
      if (!Array.isArray(value)) {
        shaping.violations.push({ message: `Expected a list for ${coordinate}.`, path: [] });
        return null;
      }
      const { violations } = shaping;
      const shaped: unknown[] = [];
      let broken = false;
      let before = violations.length;
      for (let index = 0; index < value.length; index += 1) {
        const result = inner(value[index], shaping);
        if (violations.length > before) {
          locate(shaping, before, index);
          before = violations.length;
        }
        broken ||= result === BUBBLE;
        shaped.push(result);
      }
      return broken ? null : shaped;
    };
  }

  /**
   * An object is shaped by the type it turns out to be. Each type is compiled when it is first met: compiled in
   * advance, types that may be any of many would multiply with every level.
   */
  private composite(
    declared: GraphQLCompositeType,
    sets: readonly SelectionSetNode[],
    coordinate: string,
  ): Shape {
    const compiled = new Map<string, Shape>();
    const shapeFor = (typename: string): Shape | null => {
      const known = compiled.get(typename);
      if (known) return known;
      const type = this.schema.getType(typename);
      if (!isCompositeType(type) || !this.canStandFor(declared, type)) return null;
      const shape = this.object(type, sets);
      compiled.set(typename, shape);
      return shape;
    };
    const isAbstract = isAbstractType(declared);

    return (value, shaping) => {
      if (value === null || value === undefined) return null;
      const typename = (isAbstract && isJsonObject(value) ? value['__typename'] : null) ?? declared.name;
      const shape = isJsonObject(value) && typeof typename === 'string' ? shapeFor(typename) : null;
      if (shape) return shape(value, shaping);
      shaping.violations.push({ message: `Invalid object found for ${coordinate}.`, path: [] });
      return null;
    };
  }

  private canStandFor(declared: GraphQLCompositeType, type: GraphQLCompositeType): boolean {
    if (declared.name === type.name) return true;
    return isAbstractType(declared) && 'getFields' in type && this.schema.isSubType(declared, type);
  }
}

/**
 * Compiles the shape of an answer from the operation as it was asked: order of fields, aliases, what was not
 * fetched as null, and nulls that bubble up to the nearest place that may be null.
 * @param denied `Type.field` of what is null whatever was fetched
 * @throws {NotCompilableError}
 */
export function compileShaper(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  conditions: ConditionValues,
  names: DocumentNames,
  denied: ReadonlySet<string>,
): ShapeRoot {
  const root = schema.getRootType(operation.operation);
  if (!root) throw new NotCompilableError(`no ${operation.operation} type`);
  const shape = new ShaperCompiler(schema, fragments, conditions, names, denied).object(root, [operation.selectionSet]);
  return (data, shaping) => shape(data, shaping) as JsonObject | null;
}
