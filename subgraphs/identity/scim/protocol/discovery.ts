import {
  ENTERPRISE_ATTRIBUTES,
  ENTERPRISE_SCHEMA,
  GROUP_ATTRIBUTES,
  GROUP_SCHEMA,
  USER_ATTRIBUTES,
  USER_SCHEMA,
  type Attribute,
} from './attributes.js';
import { LONGEST_BULK_BYTES, MOST_BULK_OPERATIONS } from '../bulk/bulk.js';
import { MOST_RESULTS } from './list-query.js';
import { notFound } from './scim-error.js';
import type { JsonObject } from './tidy.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0';

const listOf = (resources: readonly JsonObject[]): JsonObject => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  totalResults: resources.length,
  startIndex: 1,
  itemsPerPage: resources.length,
  Resources: resources,
});

const configuration = (base: string): JsonObject => ({
  schemas: [`${CORE}:ServiceProviderConfig`],
  patch: { supported: true },
  bulk: { supported: true, maxOperations: MOST_BULK_OPERATIONS, maxPayloadSize: LONGEST_BULK_BYTES },
  filter: { supported: true, maxResults: MOST_RESULTS },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'A token that an administrator of the company makes by createScimToken.',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
});

const resourceTypes = (base: string): readonly JsonObject[] =>
  [
    { id: 'User', endpoint: '/Users', schema: USER_SCHEMA, description: 'A person.', extensions: [ENTERPRISE_SCHEMA] },
    { id: 'Group', endpoint: '/Groups', schema: GROUP_SCHEMA, description: 'A group, and the roles it stands for.', extensions: [] },
  ].map(({ id, extensions, ...rest }) => ({
    schemas: [`${CORE}:ResourceType`],
    id,
    name: id,
    ...rest,
    schemaExtensions: extensions.map((schema) => ({ schema, required: false })),
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${id}` },
  }));

const schemas = (base: string): readonly JsonObject[] =>
  (
    [
      [USER_SCHEMA, 'User', 'A person as her directory describes her.', USER_ATTRIBUTES],
      [ENTERPRISE_SCHEMA, 'EnterpriseUser', 'What a company says of those who work there.', ENTERPRISE_ATTRIBUTES],
      [GROUP_SCHEMA, 'Group', 'A group, and the roles it stands for.', GROUP_ATTRIBUTES],
    ] as const satisfies readonly (readonly [string, string, string, readonly Attribute[]])[]
  ).map(([id, name, description, attributes]) => ({
    schemas: [`${CORE}:Schema`],
    id,
    name,
    description,
    attributes,
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
  }));

const oneOf = (resources: readonly JsonObject[], id: string | undefined): JsonObject => {
  if (id === undefined) return listOf(resources);
  const found = resources.find((one) => one['id'] === id);
  if (!found) throw notFound('Resource');
  return found;
};

/**
 * What the service says of itself, RFC 7644, section 4; null for what is no part of that.
 * @param base address of the service, without a slash at the end
 * @throws {ScimError} 404 for a type or schema that there is not
 */
export function discover(base: string, kind: string, id: string | undefined): JsonObject | null {
  switch (kind) {
    case 'ServiceProviderConfig':
      return configuration(base);
    case 'ResourceTypes':
      return oneOf(resourceTypes(base), id);
    case 'Schemas':
      return oneOf(schemas(base), id);
    default:
      return null;
  }
}
