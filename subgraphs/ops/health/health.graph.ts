import { builder } from '../builder.js';
import type { ComponentStateRow } from './component-history.store.js';
import type { HealthCheckResult, HealthReport } from '../spine/health/health.js';

const HealthCheckRef = builder.objectRef<HealthCheckResult>('HealthCheck').implement({
  description: 'How one component is.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Component, such as `database`.' }),
    ok: t.exposeBoolean('ok', { description: 'Whether it does what it should.' }),
    detail: t.string({
      nullable: true,
      requiresScopes: [['platform:metrics:read']],
      description: 'A word for operators.',
      resolve: (check) => check.detail ?? null,
    }),
    durationMs: t.exposeInt('durationMs', {
      nullable: true,
      requiresScopes: [['platform:metrics:read']],
      description: 'How long it took to answer, in milliseconds.',
    }),
  }),
});

const HealthRef = builder.objectRef<HealthReport>('Health').implement({
  description: 'How the platform is.',
  fields: (t) => ({
    ok: t.exposeBoolean('ok', { description: 'Whether every component is well.' }),
    env: t.exposeString('env', { description: 'Environment: `dev`, `staging` or `prod`.' }),
    tsISO: t.exposeString('tsISO', { description: 'When that was found: ISO 8601 in UTC.' }),
    checks: t.field({
      type: [HealthCheckRef],
      description: 'Each component.',
      resolve: ({ checks }) => [...checks],
    }),
  }),
});

const ComponentStateRef = builder.objectRef<ComponentStateRow>('ComponentState').implement({
  description: 'How a component was, for as long as that stayed so.',
  requiresScopes: [['platform:metrics:read']],
  fields: (t) => ({
    ok: t.exposeBoolean('ok', { description: 'Whether it did what it should.' }),
    detail: t.exposeString('detail', { nullable: true, description: 'A word for operators, of when it began.' }),
    since: t.expose('since', { type: 'DateTime', description: 'When it was first found so.' }),
    lastSeenAt: t.expose('seenAt', { type: 'DateTime', description: 'When it was last found so.' }),
  }),
});

interface ComponentStatus {
  readonly name: string;
  readonly ok: boolean;
  readonly history: readonly ComponentStateRow[];
}

const ComponentStatusRef = builder.objectRef<ComponentStatus>('ComponentStatus').implement({
  description: 'How a component is, and how it was.',
  requiresScopes: [['platform:metrics:read']],
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Component, such as `database`.' }),
    ok: t.exposeBoolean('ok', { description: 'Whether it was well when it was last looked at.' }),
    history: t.field({
      type: [ComponentStateRef],
      description: 'Its last 200 states within ninety days, newest first. What lies between two of them nobody has seen.',
      resolve: ({ history }) => [...history],
    }),
  }),
});

builder.queryFields((t) => ({
  componentStatus: t.field({
    type: ComponentStatusRef,
    nullable: true,
    requiresScopes: [['platform:metrics:read']],
    description: 'How a component of the platform is, and when it was away; null for one that nobody watches.',
    args: { name: t.arg.string({ description: 'Component, as `health` calls it.' }) },
    resolve: async (_root, { name }, { request, services }) => {
      const history = await services.componentHistory.of(request, name);
      const [latest] = history;
      return latest ? { name, ok: latest.ok, history } : null;
    },
  }),
  health: t.field({
    type: HealthRef,
    nullable: true,
    tag: 'public',
    description: 'How the platform is, as of at most two seconds ago.',
    resolve: (_root, _args, { services }) => services.health.report(),
  }),
}));
