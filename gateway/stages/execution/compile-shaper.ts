import {
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  visit,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { isJsonObject, type JsonObject } from './json.js';
import { compileLeaf } from './leaf.js';
import { NotCompilableError } from './not-compilable.js';
import { selectionApplies, type ConditionValues } from './selection-conditions.js';
import type { Shaping } from './shaping.js';

/** Shapes a value; `BUBBLE` says that the enclosing object has to become null. */
type Shape = (value: unknown, shaping: Shaping) => unknown;

export type ShapeRoot = (data: JsonObject, shaping: Shaping) => JsonObject | null;

const BUBBLE = Symbol('null bubbles up');

interface ShapedField {
  readonly key: string;
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

  constructor(
    schema: GraphQLSchema,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    conditions: ConditionValues,
  ) {
    this.schema = schema;
    this.fragments = fragments;
    this.conditions = conditions;
  }

  object(type: GraphQLCompositeType, sets: readonly SelectionSetNode[]): Shape {
    const collected = new Map<string, FieldNode[]>();
    for (const set of sets) this.collect(type, set, collected);
    const fields = [...collected].map(([key, nodes]) => this.field(type, key, nodes));
    return (value, shaping) => {
      const source = value as JsonObject;
      const shaped: JsonObject = {};
      for (const { key, shape } of fields) {
        const before = shaping.violations.length;
        const result = shape(source[key], shaping);
        if (shaping.violations.length > before) locate(shaping, before, key);
        if (result === BUBBLE) return null;
        shaped[key] = result;
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
    const name = nodes[0]?.name.value ?? key;
    if (name === '__typename') {
      return { key, shape: isAbstractType(type) ? () => BUBBLE : () => type.name };
    }
    if (name.startsWith('__')) return { key, shape: (_value, { introspection }) => introspection[key] ?? null };
    const definition = 'getFields' in type ? type.getFields()[name] : undefined;
    if (!definition) throw new Error(`${type.name} has no field ${name}`);
    const sets = nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
    return { key, shape: this.type(definition.type, sets, `${type.name}.${name}`) };
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
      let broken = false;
      const shaped = value.map((element: unknown, index) => {
        const before = shaping.violations.length;
        const result = inner(element, shaping);
        if (shaping.violations.length > before) locate(shaping, before, index);
        broken ||= result === BUBBLE;
        return result;
      });
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

function refuseReservedNames(sets: readonly SelectionSetNode[]): void {
  for (const set of sets) {
    visit(set, {
      Field: ({ alias, name }) => {
        const key = alias?.value ?? name.value;
        if (key in Object.prototype) throw new NotCompilableError(`the response name ${key}`);
      },
    });
  }
}

/**
 * Compiles the shape of an answer from the operation as it was asked: order of fields, aliases, what was not
 * fetched as null, and nulls that bubble up to the nearest place that may be null.
 * @throws {NotCompilableError}
 */
export function compileShaper(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  conditions: ConditionValues,
): ShapeRoot {
  const root = schema.getRootType(operation.operation);
  if (!root) throw new NotCompilableError(`no ${operation.operation} type`);
  refuseReservedNames([operation.selectionSet, ...[...fragments.values()].map((fragment) => fragment.selectionSet)]);
  const shape = new ShaperCompiler(schema, fragments, conditions).object(root, [operation.selectionSet]);
  return (data, shaping) => shape(data, shaping) as JsonObject | null;
}
