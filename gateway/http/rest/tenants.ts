import { PLANS, TENANT_STATUSES } from '../../../subgraphs/_kernel/wire/tenant.js';
import { isJsonObject, type JsonObject } from '../../stages/execution/json.js';
import { Refusal } from '../../refusal.js';
import type { RestOperation, Schema } from './rest-operation.js';
import { answered, instant, objectOf, orNull, text, USER_ERROR } from './schemas.js';

const PATH = '/api/admin/tenants';
const ONE = { name: 'tenantId', description: 'Global id of the company.' } as const;
const OUTLINE = 'id name slug status plan timeZone currency website description trialEndsAt createdAt updatedAt deletedAt';
const WHOLE = `${OUTLINE} provisioningStatus suspendedAt suspensionReason restorableUntil owners { email displayName } features { key enabled }`;

/** `PRO` is another word for `PROFESSIONAL`. */
const PLAN_WORDS = [...PLANS, 'PRO'] as const;

const tenant: Schema = objectOf(
  {
    id: text,
    name: text,
    subdomain: text,
    status: { enum: TENANT_STATUSES },
    plan: text,
    timeZone: text,
    currency: text,
    website: orNull(text),
    description: orNull(text),
    trialEndsAt: orNull(instant),
    createdAt: instant,
    updatedAt: orNull(instant),
    deletedAt: orNull(instant),
  },
  ['id', 'name', 'subdomain'],
);

/** A company under the names of these routes: the graph calls its subdomain `slug`. */
function tenantOf({ __typename: _type, slug, ...rest }: JsonObject): JsonObject {
  return { ...rest, subdomain: slug };
}

/** What is given goes on under the names of the graph, so that it says itself what it does not know. */
function inputOf({ subdomain, ...rest }: JsonObject): JsonObject {
  return subdomain === undefined ? rest : { ...rest, slug: subdomain };
}

const part = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});
const parts = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.map(part) : []);

const parameter = (name: string, description: string, schema: Schema): Schema => ({ name, in: 'query', required: false, description, schema });

const list: RestOperation = {
  method: 'GET',
  path: PATH,
  summary: 'Companies on the platform, page by page.',
  source: `query RestTenants($status: TenantStatus, $plan: Plan, $search: String, $first: Int, $after: String) {
    tenants(status: $status, plan: $plan, search: $search, first: $first, after: $after) {
      __typename totalCount pageInfo { hasNextPage endCursor } edges { node { ${OUTLINE} } }
    }
  }`,
  root: 'tenants',
  success: 'TenantConnection',
  variablesOf({ query }) {
    if (query.get('offset') !== null) throw new Refusal('BAD_USER_INPUT', 'offset: go on by after, which is next of the page before');
    const limit = query.get('limit');
    const given = { status: query.get('status'), plan: query.get('plan'), search: query.get('search'), after: query.get('after') };
    const wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
    // What is no number goes on as it is, and is refused by its type.
    return limit === null ? wanted : { ...wanted, first: /^\d{1,9}$/.test(limit) ? Number(limit) : limit };
  },
  answerOf({ edges, totalCount, pageInfo }) {
    const { hasNextPage, endCursor } = part(pageInfo);
    return {
      tenants: parts(edges).map(({ node }) => tenantOf(part(node))),
      pagination: { total: totalCount, hasMore: hasNextPage, next: hasNextPage === true ? endCursor : null },
    };
  },
  parameters: [
    parameter('status', 'Only companies that stand so.', { enum: TENANT_STATUSES }),
    parameter('plan', 'Only companies on this plan.', { enum: PLAN_WORDS }),
    parameter('search', 'A part of the name or the subdomain.', text),
    parameter('limit', 'How many, 20 when left out.', { type: 'integer', minimum: 1, maximum: 500 }),
    parameter('after', '`next` of the page before.', text),
  ],
  answerSchema: answered({
    tenants: { type: 'array', items: tenant },
    pagination: objectOf({ total: { type: 'integer' }, hasMore: { type: 'boolean' }, next: orNull(text) }, ['total', 'hasMore', 'next']),
  }),
};

const create: RestOperation = {
  method: 'POST',
  path: PATH,
  summary: 'Puts a company on the platform.',
  source: `mutation RestCreateTenant($input: CreateTenantInput!) {
    createTenant(input: $input) { __typename ... on Tenant { ${OUTLINE} } ${USER_ERROR} }
  }`,
  root: 'createTenant',
  success: 'Tenant',
  status: 201,
  variablesOf: ({ body }) => ({ input: inputOf(body) }),
  answerOf: (value) => ({ tenant: tenantOf(value) }),
  requestSchema: objectOf(
    {
      name: text,
      subdomain: text,
      plan: { enum: PLAN_WORDS },
      timeZone: text,
      currency: text,
      website: text,
      description: text,
      owner: objectOf({ email: text, displayName: text }, ['email']),
    },
    ['name', 'subdomain', 'plan', 'timeZone', 'currency'],
  ),
  answerSchema: answered({ tenant }),
};

const read: RestOperation = {
  method: 'GET',
  path: PATH,
  below: ONE,
  summary: 'A company, with its owners and what its plan allows.',
  source: `query RestTenant($id: ID!) { tenant(id: $id) { __typename ${WHOLE} } }`,
  root: 'tenant',
  success: 'Tenant',
  absent: { code: 'NOT_FOUND', message: 'Tenant not found' },
  variablesOf: ({ below }) => ({ id: below }),
  answerOf: (value) => ({ tenant: tenantOf(value) }),
  answerSchema: answered({ tenant }),
};

const update: RestOperation = {
  method: 'PATCH',
  path: PATH,
  below: ONE,
  summary: 'Changes what is named of a company, and nothing else.',
  source: `mutation RestUpdateTenant($id: ID!, $input: UpdateTenantInput!) {
    updateTenant(id: $id, input: $input) { __typename ... on Tenant { ${OUTLINE} } ${USER_ERROR} }
  }`,
  root: 'updateTenant',
  success: 'Tenant',
  variablesOf: ({ below, body }) => ({ id: below, input: inputOf(body) }),
  answerOf: (value) => ({ tenant: tenantOf(value) }),
  requestSchema: objectOf({ name: text, plan: { enum: PLAN_WORDS }, timeZone: text, currency: text, website: orNull(text), description: orNull(text) }),
  answerSchema: answered({ tenant }),
};

const remove: RestOperation = {
  method: 'DELETE',
  path: PATH,
  below: ONE,
  summary: 'Takes a company off the platform; for thirty days it can be brought back. Takes a proof of who you are not older than ten minutes.',
  source: `mutation RestDeleteTenant($id: ID!) {
    deleteTenant(id: $id) { __typename ... on Tenant { ${OUTLINE} } ${USER_ERROR} }
  }`,
  root: 'deleteTenant',
  success: 'Tenant',
  variablesOf: ({ below }) => ({ id: below }),
  answerOf: (value) => ({ message: 'The company is deleted; it can be restored for thirty days', tenant: tenantOf(value) }),
  answerSchema: answered({ message: text, tenant }),
};

export const TENANT_ROUTES: readonly RestOperation[] = [list, create, read, update, remove];
