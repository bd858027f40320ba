import { isJsonObject, type JsonObject } from '../../stages/execution/json.js';
import type { RestOperation, Schema } from './rest-operation.js';
import { objectOf, text, USER_ERROR } from './schemas.js';

// The names of these routes, and of what goes in and out, are those of the operations spine.

const RESPONSE = 'response { decision steps risks recommendedFlags { key value reason } rollbackPlan classification }';

const texts: Schema = { type: 'array', items: text };
const listOf = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'array',
  items: { type: 'object', properties },
});

const parts = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
const part = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

/** What is null is left out, as the spine does. */
const present = (given: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));

function eventOf({ eventId, incidentType, severityGuess, occurredAt, metricsSnapshot, tenantId, provider }: JsonObject): JsonObject {
  return present({
    event_id: eventId,
    incident_type: incidentType,
    severity_guess: severityGuess,
    occurred_at: occurredAt,
    metrics_snapshot: metricsSnapshot,
    tenant_id: tenantId,
    provider,
  });
}

function responseOf({ decision, steps, risks, recommendedFlags, rollbackPlan, classification }: JsonObject): JsonObject {
  return { decision, steps, risks, recommended_flags: recommendedFlags, rollback_plan: rollbackPlan, classification };
}

const deriveIncidents: RestOperation = {
  method: 'POST',
  path: '/api/ops/auth',
  summary: 'Raises the incidents that measured numbers amount to, and says what to do about each.',
  source: `mutation RestDeriveAuthIncidents($metrics: JSON!, $context: JSON) {
    deriveAuthIncidents(metrics: $metrics, context: $context) {
      __typename
      ... on IncidentBatch {
        incidents {
          event { eventId incidentType severityGuess occurredAt metricsSnapshot tenantId provider }
          ${RESPONSE}
        }
      }
      ${USER_ERROR}
    }
  }`,
  root: 'deriveAuthIncidents',
  success: 'IncidentBatch',
  variablesOf: ({ body }) => ({ metrics: body['metrics'], context: body['context'] ?? null }),
  answerOf: ({ incidents }) => ({
    incidents: parts(incidents).map(({ event, response }) => ({ event: eventOf(part(event)), response: responseOf(part(response)) })),
  }),
  requestSchema: objectOf(
    {
      metrics: { type: 'object', additionalProperties: { type: 'number' }, examples: [{ failed_logins_1h: 150 }] },
      context: objectOf({
        tenantId: text,
        provider: text,
        occurredAtISO: { type: 'string', format: 'date-time' },
        thresholds: { type: 'object', additionalProperties: { type: 'number' } },
      }),
    },
    ['metrics'],
  ),
  answerSchema: objectOf(
    {
      ok: { const: true },
      incidents: listOf({
        event: objectOf({
          event_id: text,
          incident_type: text,
          severity_guess: { type: 'integer', minimum: 0, maximum: 3 },
          occurred_at: { type: 'string', format: 'date-time' },
          metrics_snapshot: { type: 'object', additionalProperties: { type: 'number' } },
          tenant_id: text,
          provider: text,
        }),
        response: objectOf({
          decision: text,
          steps: texts,
          risks: texts,
          recommended_flags: listOf({ key: text, value: {}, reason: text }),
          rollback_plan: texts,
          classification: text,
        }),
      }),
    },
    ['ok', 'incidents'],
  ),
};

const applyAction: RestOperation = {
  method: 'POST',
  path: '/api/ops/auth/actions',
  summary: 'Does something about an incident; takes a proof of who you are not older than ten minutes.',
  source: `mutation RestApplyIncidentAction($input: ApplyIncidentActionInput!) {
    applyIncidentAction(input: $input) {
      __typename
      ... on AppliedIncidentAction {
        action { id changes { key before after } }
        blocked { key reason policyIds }
      }
      ${USER_ERROR}
    }
  }`,
  root: 'applyIncidentAction',
  success: 'AppliedIncidentAction',
  variablesOf: ({ body }) => {
    const { incident_id: incidentId, action: kind, keys, provider, reason } = body;
    return { input: present({ incidentId, kind, keys, provider, reason }) };
  },
  answerOf: ({ action, blocked }) => {
    const { id, changes } = part(action);
    const refused = parts(blocked).map(({ key, reason, policyIds }) => ({ key, reason, policy_ids: policyIds }));
    return { applied: changes, blocked: refused, audit_id: id };
  },
  requestSchema: objectOf(
    {
      incident_id: text,
      action: { enum: ['APPLY_RECOMMENDED_FLAGS', 'FORCE_LOGOUT', 'DISABLE_PROVIDER', 'BLOCK_SIGNUPS'] },
      keys: texts,
      provider: text,
      reason: text,
    },
    ['incident_id', 'action', 'reason'],
  ),
  answerSchema: objectOf(
    {
      ok: { const: true },
      applied: listOf({ key: text, before: {}, after: {} }),
      blocked: listOf({ key: text, reason: text, policy_ids: texts }),
      audit_id: { type: 'string', description: 'Id of the action, by which it is undone and found again.' },
    },
    ['ok', 'applied', 'blocked', 'audit_id'],
  ),
};

/** The window as it is written in metrics' names, and in the graph. */
const WINDOWS: Readonly<Record<string, string>> = {
  '5m': 'FIVE_MINUTES',
  '15m': 'FIFTEEN_MINUTES',
  '1h': 'ONE_HOUR',
};

const readMetrics: RestOperation = {
  method: 'GET',
  path: '/api/ops/auth/metrics',
  summary: 'Counts of what went wrong with signing in, in the window that ends now.',
  source: `query RestAuthOpsMetrics($window: AuthOpsWindow) {
    authOpsMetrics(window: $window) { __typename window at metrics }
  }`,
  root: 'authOpsMetrics',
  success: 'AuthOpsMetrics',
  variablesOf: ({ query }) => {
    const window = query.get('window');
    return window === null ? {} : { window: WINDOWS[window] ?? window };
  },
  answerOf: ({ window, at, metrics }) => ({
    window: Object.keys(WINDOWS).find((name) => WINDOWS[name] === window) ?? window,
    at,
    metrics,
  }),
  parameters: [
    {
      name: 'window',
      in: 'query',
      required: false,
      description: 'Five minutes when left out.',
      schema: { enum: Object.keys(WINDOWS) },
    },
  ],
  answerSchema: objectOf(
    {
      ok: { const: true },
      window: { enum: Object.keys(WINDOWS) },
      at: { type: 'string', format: 'date-time' },
      metrics: { type: 'object', additionalProperties: { type: 'number' } },
    },
    ['ok', 'window', 'at', 'metrics'],
  ),
};

export const OPS_AUTH_ROUTES: readonly RestOperation[] = [deriveIncidents, applyAction, readMetrics];
