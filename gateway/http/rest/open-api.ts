import { jsonAnswer } from '../answer.js';
import type { Route } from '../route.js';
import type { RestOperation, Schema } from './rest-operation.js';

export const OPEN_API_PATH = '/api/openapi.json';

/** What a route that is no REST operation is for, by method and path. */
const SUMMARIES: Readonly<Record<string, string>> = {
  'GET /': 'Leads to the explorer.',
  'GET /graphql': 'Answers a query, by name or text; in a browser, outside production, the explorer.',
  'POST /graphql': 'Answers a GraphQL operation. The schema says what there is.',
  'GET /graphiql': 'An explorer that needs no internet, outside production.',
  'GET /health': 'How the platform is, for people.',
  'GET /health/live': 'Whether the process runs.',
  'GET /health/ready': 'Whether it can serve: 503 while it cannot.',
  'GET /metrics': "The gateway's figures in Prometheus' format.",
  'GET /api/metrics': "The gateway's figures in Prometheus' format; in production for platform staff.",
  'GET /api/openapi.json': 'This description.',
  'GET /.well-known/jwks.json': 'The keys with which access tokens are signed.',
  'GET /receipts': 'The receipt of a payment, for whoever was sent its address.',
  'POST /receipts': 'Takes whoever was sent the address of what is due to the page at which a card is taken for it.',
  'POST /webhooks/calendars': 'Where calendars elsewhere tell that something has changed in them.',
  'POST /webhooks/stripe': 'Where Stripe reports what became of payments.',
  'POST /witness/add-checkpoint': 'Co-signs the checkpoint of a log that is known here (C2SP tlog-witness).',
};

const ERROR: Schema = {
  type: 'object',
  required: ['ok', 'error'],
  properties: {
    ok: { const: false },
    error: {
      type: 'object',
      required: ['code', 'message', 'requestId'],
      properties: { code: { type: 'string' }, message: { type: 'string' }, requestId: { type: 'string' } },
    },
  },
};

const json = (schema: Schema): Schema => ({ 'application/json': { schema } });
const problem = (description: string): Schema => ({ description, content: json({ $ref: '#/components/schemas/Error' }) });

const PROBLEMS = {
  '400': problem('Something is amiss with what was sent.'),
  '401': problem('Sign in.'),
  '403': problem('You may not, or have to prove again who you are.'),
  '404': problem('There is no such thing.'),
  '409': problem('The present state of things stands against it.'),
  '429': problem('Too many requests; Retry-After says when to come again.'),
} as const;

const operationId = (method: string, path: string): string =>
  [method.toLowerCase(), ...path.split(/[^A-Za-z0-9]+/).filter(Boolean)].join('_');

const segmentOf = ({ below }: RestOperation): readonly Schema[] =>
  below ? [{ name: below.name, in: 'path', required: true, description: below.description, schema: { type: 'string' } }] : [];

const pathOf = ({ path, below }: RestOperation): string => (below ? `${path}/{${below.name}}` : path);

function describeOperation(operation: RestOperation): Schema {
  const { method, summary, requestSchema, answerSchema, status = 200 } = operation;
  const parameters = [...segmentOf(operation), ...(operation.parameters ?? [])];
  return {
    operationId: operationId(method, pathOf(operation)),
    summary,
    security: [{ bearer: [] }, { apiKey: [] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestSchema ? { requestBody: { required: true, content: json(requestSchema) } } : {}),
    responses: { [String(status)]: { description: 'Done.', content: json(answerSchema) }, ...PROBLEMS },
  };
}

function describeRoute({ method, path, below }: Route): Schema {
  const rest = { name: 'path', in: 'path', required: true, description: 'The rest of the path.', schema: { type: 'string' } };
  return {
    operationId: operationId(method, below ? `${path}/below` : path),
    summary: SUMMARIES[`${method} ${path}`] ?? `Serves ${path}.`,
    ...(below ? { parameters: [rest] } : {}),
    responses: { default: { description: 'The answer.' } },
  };
}

/** Every route of the gateway as an OpenAPI 3.1 document. */
export function openApiOf(routes: readonly Route[], operations: readonly RestOperation[]): Schema {
  const keyOf = ({ method, path, below }: RestOperation | Route): string => `${method} ${path}${below ? '/' : ''}`;
  const described = new Map(operations.map((operation) => [keyOf(operation), operation]));
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routes) {
    const operation = described.get(keyOf(route));
    const path = operation ? pathOf(operation) : route.below ? `${route.path}/{path}` : route.path;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation ? describeOperation(operation) : describeRoute(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Spine',
      version: '1',
      description: 'What the gateway serves over HTTP. The product is its GraphQL endpoint; the REST routes are other forms of its operations.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Error: ERROR },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An access token, or an API key.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
    },
  };
}

/** The routes with their own description among them. */
export function withOpenApi(routes: readonly Route[], operations: readonly RestOperation[]): readonly Route[] {
  const route: Route = { method: 'GET', path: OPEN_API_PATH, answer: () => answer };
  const all = [...routes, route];
  const answer = jsonAnswer(200, openApiOf(all, operations));
  return all;
}
