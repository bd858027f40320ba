import { builder } from '../builder.js';
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

builder.queryFields((t) => ({
  health: t.field({
    type: HealthRef,
    nullable: true,
    tag: 'public',
    description: 'How the platform is, as of at most two seconds ago.',
    resolve: (_root, _args, { services }) => services.health.report(),
  }),
}));
