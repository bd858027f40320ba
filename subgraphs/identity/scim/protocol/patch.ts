import { z } from 'zod';
import { attributeNamed, type Attribute, type ResourceShape } from './attributes.js';
import { parseFilter, type Filter } from './filter.js';
import { elementOf, matches } from './filter-match.js';
import { badRequest } from './scim-error.js';
import { isObject, tidyValue, type JsonObject } from './tidy.js';

const MOST_OPERATIONS = 1_000;

const operationSchema = z.object({
  op: z.string().transform((op) => op.toLowerCase()).pipe(z.enum(['add', 'replace', 'remove'])),
  path: z.string().max(4_000).optional(),
  value: z.unknown().optional(),
});

export type PatchOperation = z.output<typeof operationSchema>;

/** @throws {ScimError} invalidSyntax, tooMany */
export function operationsOf(body: unknown): readonly PatchOperation[] {
  // Some directories write the name with a small letter.
  const listed = isObject(body) ? (body['Operations'] ?? body['operations']) : undefined;
  if (!Array.isArray(listed) || listed.length === 0) throw badRequest('invalidSyntax', 'Operations are missing');
  if (listed.length > MOST_OPERATIONS) throw badRequest('tooMany', `At most ${MOST_OPERATIONS} operations at once`);
  return listed.map((one) => {
    const operation = operationSchema.safeParse(one);
    if (!operation.success) throw badRequest('invalidSyntax', 'An operation is add, replace or remove, with a path and a value');
    return operation.data;
  });
}

/** What a path means: an attribute in the object that holds it, perhaps some of its values, perhaps a part of them. */
interface Target {
  readonly holder: JsonObject;
  readonly attribute: Attribute;
  readonly filter: Filter | null;
  readonly part: Attribute | null;
}

const PATH = /^(?:(urn:[^[\]]+):)?([A-Za-z$][\w$-]*)(?:\[(.*)\])?(?:\.([A-Za-z$][\w$-]*))?$/s;

const invalidPath = (path: string) => badRequest('invalidPath', `There is no ${path.slice(0, 120)}`);

/** The extension of a resource, made when it is first written. */
function extensionOf(resource: JsonObject, schema: string): JsonObject {
  const known = resource[schema];
  if (isObject(known)) return known;
  const made: JsonObject = {};
  resource[schema] = made;
  return made;
}

/** Where the attributes of a schema are: in the resource itself (null), or in one of its extensions. */
function extensionNamed({ schema: core, extensions }: ResourceShape, schema: string | undefined, path: string): string | null {
  if (schema === undefined || schema.toLowerCase() === core.toLowerCase()) return null;
  const extension = Object.keys(extensions).find((one) => one.toLowerCase() === schema.toLowerCase());
  if (extension === undefined) throw invalidPath(path);
  return extension;
}

/** A part of an attribute; null where the whole is meant. */
function partNamed(attribute: Attribute, name: string | undefined, path: string): Attribute | null {
  if (name === undefined) return null;
  const part = attributeNamed(attribute.subAttributes ?? [], name);
  if (!part) throw invalidPath(path);
  return part;
}

function targetOf(shape: ResourceShape, resource: JsonObject, path: string): Target {
  const [, schema, name = '', filterText, partName] = PATH.exec(path.trim()) ?? [];
  const extension = extensionNamed(shape, schema, path);
  const attribute = attributeNamed(extension === null ? shape.attributes : (shape.extensions[extension] ?? []), name);
  if (!attribute) throw invalidPath(path);
  const part = partNamed(attribute, partName, path);
  if (filterText !== undefined && !(attribute.multiValued && attribute.type === 'complex')) throw invalidPath(path);
  if (attribute.mutability === 'readOnly' || part?.mutability === 'readOnly') {
    throw badRequest('mutability', `${path.slice(0, 120)} is not for clients to write`);
  }
  const holder = extension === null ? resource : extensionOf(resource, extension);
  return { holder, attribute, filter: filterText === undefined ? null : parseFilter(filterText), part };
}

const listIn = ({ holder, attribute }: Target): JsonObject[] => {
  const present = holder[attribute.name];
  return Array.isArray(present) ? present.filter(isObject) : [];
};

const asText = (value: unknown): string => JSON.stringify(value);

/** Puts values to those that are there, each once; a new preferred one takes the preference over. */
function joined(present: readonly JsonObject[], added: readonly JsonObject[]): JsonObject[] {
  const known = new Set(present.map(asText));
  const fresh = added.filter((one) => !known.has(asText(one)));
  const before = fresh.some(({ primary }) => primary === true) ? present.map((one) => ({ ...one, primary: false })) : present;
  return [...before, ...fresh];
}

/** Makes a value that a filter asks for and that is not there: directories write `emails[type eq "work"].value` first. */
function elementAskedFor({ attribute, filter }: Target): JsonObject {
  const parts = filter ? elementOf(filter) : {};
  if (!parts) throw badRequest('noTarget', 'No value fits the path');
  return Object.fromEntries(
    Object.entries(parts).map(([name, value]) => [attributeNamed(attribute.subAttributes ?? [], name)?.name ?? name, value]),
  );
}

/** Writes to some of several values, or to a part of them. */
function writeElements(target: Target, value: unknown): void {
  const { holder, attribute, filter, part } = target;
  const list = listIn(target);
  const meant = filter ? list.filter((one) => matches(filter, one)) : list;
  const made = meant.length === 0 ? [elementAskedFor(target)] : [];
  for (const element of [...meant, ...made]) {
    if (part) element[part.name] = tidyValue(part, value);
    else Object.assign(element, [tidyValue(attribute, value)].flat()[0]);
  }
  holder[attribute.name] = [...list, ...made];
}

function write(op: 'add' | 'replace', target: Target, value: unknown): void {
  const { holder, attribute, filter, part } = target;
  if (value === undefined) throw badRequest('invalidValue', 'A value is missing');
  if (filter || (part && attribute.multiValued)) return writeElements(target, value);
  const present = holder[attribute.name];
  if (part) {
    holder[attribute.name] = { ...(isObject(present) ? present : {}), [part.name]: tidyValue(part, value) };
    return;
  }
  const tidied = tidyValue(attribute, value);
  if (attribute.multiValued && op === 'add') holder[attribute.name] = joined(listIn(target), (tidied as unknown[]).filter(isObject));
  else if (attribute.type === 'complex' && isObject(present) && isObject(tidied)) holder[attribute.name] = { ...present, ...tidied };
  else holder[attribute.name] = tidied;
}

/** Values that are named one by one, as Entra ID removes members. */
const namedValues = (value: unknown): ReadonlySet<unknown> | null =>
  Array.isArray(value) ? new Set(value.map((one: unknown) => (isObject(one) ? one['value'] : one))) : null;

function remove(target: Target, value: unknown): void {
  const { holder, attribute, filter, part } = target;
  if (!attribute.multiValued) {
    const present = holder[attribute.name];
    if (part && isObject(present)) delete present[part.name];
    else delete holder[attribute.name];
    return;
  }
  const named = filter ? null : namedValues(value);
  const isMeant = (one: JsonObject): boolean => (filter ? matches(filter, one) : named === null || named.has(one['value']));
  const list = listIn(target);
  if (part) for (const one of list.filter(isMeant)) delete one[part.name];
  else holder[attribute.name] = list.filter((one) => !isMeant(one));
}

/** Without a path the value names what is written: attributes, or paths to them. What is unknown is passed over. */
function writeAll(shape: ResourceShape, resource: JsonObject, op: 'add' | 'replace', value: unknown): void {
  if (!isObject(value)) throw badRequest('invalidValue', 'Without a path the value is an object');
  for (const [name, part] of Object.entries(value)) {
    const extension = Object.keys(shape.extensions).find((one) => one.toLowerCase() === name.toLowerCase());
    if (extension !== undefined && isObject(part)) {
      for (const [inner, it] of Object.entries(part)) writeKnown(shape, resource, op, `${extension}:${inner}`, it);
    } else writeKnown(shape, resource, op, name, part);
  }
}

function writeKnown(shape: ResourceShape, resource: JsonObject, op: 'add' | 'replace', path: string, value: unknown): void {
  const [, schema, name] = PATH.exec(path) ?? [];
  if (schema === undefined) {
    const attribute = attributeNamed(shape.attributes, name ?? '');
    if (!attribute || attribute.mutability === 'readOnly') return;
  }
  const target = targetOf(shape, resource, path);
  if (value === null) remove(target, undefined);
  else write(op, target, value);
}

/**
 * Applies operations of RFC 7644, section 3.5.2, one after the other.
 * @param resource changed in place; whoever asks hands over a copy, and keeps the result only if nothing is thrown
 * @throws {ScimError} invalidPath, invalidValue, mutability, noTarget, invalidFilter
 */
export function applyPatch(shape: ResourceShape, resource: JsonObject, operations: readonly PatchOperation[]): void {
  for (const { op, path, value } of operations) {
    if (path === undefined || path === '') {
      if (op === 'remove') throw badRequest('noTarget', 'Say what is to be removed');
      writeAll(shape, resource, op, value);
    } else if (op === 'remove') remove(targetOf(shape, resource, path), value);
    else write(op, targetOf(shape, resource, path), value);
  }
}
