import { UserId } from '../../identity/ids.js';
import { builder } from '../builder.js';
import { tenantOf, TenantRef } from '../tenant.graph.js';
import type { SIGNALS, SignalType } from './auth-log.js';
import type { AuthOpsMetrics } from './auth-log.service.js';
import type { AuthOpsLogRow } from './auth-log.store.js';

const AuthOpsSignalEnum = builder.enumType('AuthOpsSignal', {
  description: 'What detection counts.',
  values: {
    FAILED_LOGIN: { value: 'failed_login', description: 'A sign-in was refused.' },
    PASSWORD_RESET_FAILURE: { value: 'password_reset_failure', description: 'A password could not be reset.' },
    OAUTH_CALLBACK_ERROR: {
      value: 'oauth_callback_error',
      description: 'The return from an identity provider failed.',
    },
    JWT_VALIDATION_ERROR: { value: 'jwt_validation_error', description: 'An access token did not hold.' },
    SESSION_ANOMALY: {
      value: 'session_anomaly',
      description: 'A session behaved oddly: its refresh token came twice.',
    },
    TENANT_LEAK_SUSPECTED: {
      value: 'tenant_leak_suspected',
      description: "Somebody came to one company's address with proof for another's.",
    },
    SUSPICIOUS_ADMIN_LOGIN: {
      value: 'suspicious_admin_login',
      description: 'A sign-in of platform staff was refused or unusual.',
    },
    EMAIL_VERIFICATION_FAILURE: {
      value: 'email_verification_failure',
      description: 'An e-mail address could not be verified.',
    },
    FAILED_PAYMENT: { value: 'failed_payment', description: 'A payment came to nothing.' },
  } satisfies Record<string, { value: keyof typeof SIGNALS; description: string }>,
});

const AuthOpsWindowEnum = builder.enumType('AuthOpsWindow', {
  description: 'Over how long signals are counted.',
  values: {
    FIVE_MINUTES: { value: '5m', description: 'The last five minutes.' },
    FIFTEEN_MINUTES: { value: '15m', description: 'The last quarter of an hour.' },
    ONE_HOUR: { value: '1h', description: 'The last hour.' },
  } as const,
});

const AuthOpsMetricsRef = builder.objectRef<AuthOpsMetrics>('AuthOpsMetrics').implement({
  description: 'How often each signal was seen.',
  requiresScopes: [['settings:read'], ['platform:incidents:read']],
  fields: (t) => ({
    window: t.expose('window', { type: AuthOpsWindowEnum, description: 'Over how long.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When the window ends.' }),
    metrics: t.field({
      type: 'JSON',
      description: 'Counts by the names that incident rules use, such as `failed_logins_5m`.',
      resolve: ({ metrics }) => metrics,
    }),
  }),
});

const AuthOpsLogRef = builder.objectRef<AuthOpsLogRow>('AuthOpsLog').implement({
  description: 'One signal.',
  requiresScopes: [['settings:read'], ['platform:incidents:read']],
  fields: (t) => ({
    type: t.field({
      type: AuthOpsSignalEnum,
      description: 'What was seen.',
      resolve: (signal) => signal.type as SignalType,
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When.' }),
    userId: t.id({
      nullable: true,
      description: 'Global id of the user concerned, where that is known.',
      resolve: ({ userId }) => (userId === null ? null : UserId.encode(userId)),
    }),
    provider: t.exposeString('provider', {
      nullable: true,
      description: 'The identity or payment provider concerned.',
    }),
    tenant: t.field({
      type: TenantRef,
      nullable: true,
      description: 'The company it was seen at; null for the platform itself.',
      resolve: tenantOf,
    }),
  }),
});

builder.queryFields((t) => ({
  authOpsMetrics: t.field({
    type: AuthOpsMetricsRef,
    nullable: true,
    requiresScopes: [['settings:read'], ['platform:incidents:read']],
    description: "What detection counts right now: your company's, and for platform staff all companies' together.",
    args: {
      window: t.arg({ type: AuthOpsWindowEnum, required: false, description: 'Five minutes when left out.' }),
    },
    resolve: (_root, { window }, { request, services }) => services.authLog.metrics(request, window ?? '5m'),
  }),
  authOpsLogs: t.connection(
    {
      type: AuthOpsLogRef,
      nullable: true,
      requiresScopes: [['settings:read'], ['platform:incidents:read']],
      description: "The signals themselves, newest first: your company's, and for platform staff every company's.",
      args: {
        types: t.arg({ type: [AuthOpsSignalEnum], required: false, description: 'Only these; all when left out.' }),
      },
      resolve: (_root, { types, ...page }, { request, services }) =>
        services.authLog.list(request, page, types ?? null),
    },
    { name: 'AuthOpsLogConnection', description: 'A page of signals.' },
    { name: 'AuthOpsLogEdge', description: 'A signal in a page.' },
  ),
}));
