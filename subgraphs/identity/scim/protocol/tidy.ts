import { attributeNamed, type Attribute, type ResourceShape } from './attributes.js';
import { badRequest } from './scim-error.js';

/** A resource or a part of one as JSON has it. */
export interface JsonObject {
  [name: string]: unknown;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function tidyOne(attribute: Attribute, value: unknown): unknown {
  switch (attribute.type) {
    case 'boolean':
      // Some directories write truth values as texts.
      if (typeof value === 'string') return { true: true, false: false }[value.toLowerCase()] ?? value;
      return value;
    case 'complex':
      if (typeof value === 'string' && attribute.multiValued) return { value };
      return isObject(value) ? tidyParts(attribute.subAttributes ?? [], value) : value;
    default:
      return value;
  }
}

/** The value an attribute is given, in the form it is kept in. */
export function tidyValue(attribute: Attribute, value: unknown): unknown {
  if (!attribute.multiValued) return tidyOne(attribute, value);
  return [value].flat().filter((one) => one !== null).map((one) => tidyOne(attribute, one));
}

function tidyParts(attributes: readonly Attribute[], given: JsonObject): JsonObject {
  const tidied: JsonObject = {};
  for (const [name, value] of Object.entries(given)) {
    const attribute = attributeNamed(attributes, name);
    if (!attribute || attribute.mutability === 'readOnly' || value === null) continue;
    tidied[attribute.name] = tidyValue(attribute, value);
  }
  return tidied;
}

/**
 * What of a resource is known here and may be written, by its proper names. The rest is passed over, as RFC 7644,
 * section 3.3, has it.
 * @throws {ScimError} invalidSyntax for what is no resource of this kind
 */
export function tidyResource(shape: ResourceShape, given: unknown): JsonObject {
  if (!isObject(given)) throw badRequest('invalidSyntax', 'A resource is a JSON object');
  const { schemas } = given;
  const named = Array.isArray(schemas) ? schemas.map((one) => String(one).toLowerCase()) : null;
  if (named && !named.includes(shape.schema.toLowerCase())) throw badRequest('invalidSyntax', `The schema is ${shape.schema}`);
  const tidied = tidyParts(shape.attributes, given);
  for (const [schema, attributes] of Object.entries(shape.extensions)) {
    const extension = Object.entries(given).find(([name]) => name.toLowerCase() === schema.toLowerCase())?.[1];
    if (isObject(extension)) tidied[schema] = tidyParts(attributes, extension);
  }
  return tidied;
}
