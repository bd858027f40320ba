import type { SchemaJson, TypeOfAttribute } from '@cedar-policy/cedar-wasm/nodejs';
import { ACTIONS, attributesOf, RESOURCE_TYPES, type AttributeDefinition, type AttributeType } from './catalogue.js';

/** Whoever asks, and the attribute by which roles are told to Cedar. */
export const PRINCIPAL_TYPE = 'User';
export const GRANTED = 'granted';

const CEDAR_TYPES: Readonly<Record<AttributeType['kind'], object>> = {
  id: { type: 'String' },
  text: { type: 'String' },
  number: { type: 'Long' },
  instant: { type: 'Long' },
  texts: { type: 'Set', element: { type: 'String' } },
};

const recordOf = (attributes: Readonly<Record<string, AttributeDefinition>>, more: Record<string, object> = {}) => ({
  type: 'Record' as const,
  attributes: {
    ...Object.fromEntries(
      Object.entries(attributes).map(([name, { type, optional }]) => [
        name,
        { ...CEDAR_TYPES[type.kind], required: optional !== true },
      ]),
    ),
    ...more,
  } as Record<string, TypeOfAttribute<string>>,
});

/** The catalogue as Cedar's schema: what a policy is strictly validated against. */
export const CEDAR_SCHEMA: SchemaJson<string> = {
  '': {
    entityTypes: {
      [PRINCIPAL_TYPE]: { shape: recordOf(attributesOf('user', 'Client')) },
      ...Object.fromEntries(RESOURCE_TYPES.map((type) => [type, { shape: recordOf(attributesOf('resource', type)) }])),
    },
    actions: Object.fromEntries(
      Object.entries(ACTIONS).map(([name, { resource }]) => [
        name,
        {
          appliesTo: {
            principalTypes: [PRINCIPAL_TYPE],
            resourceTypes: [resource],
            context: recordOf(attributesOf('context', resource), { [GRANTED]: { type: 'Boolean' } }),
          },
        },
      ]),
    ),
  },
};
