import { TenantId } from '../../tenancy/ids.js';
import { builder } from '../builder.js';
import type { CONTROL_STATUSES, FRAMEWORKS, UNITS, Control, Fact } from './compliance.js';
import type { ComplianceReport } from './compliance.service.js';

const FrameworkEnum = builder.enumType('ComplianceFramework', {
  description: 'What auditors go by.',
  values: {
    SOC2: { description: 'Trust Services Criteria of the AICPA, 2017.' },
  } satisfies Record<(typeof FRAMEWORKS)[number], { description: string }>,
});

const ControlStatusEnum = builder.enumType('ComplianceStatus', {
  description: 'What the evidence says of a control.',
  values: {
    MET: { description: 'Its rule holds.' },
    NOT_MET: { description: 'Its rule does not hold.' },
    NO_EVIDENCE: { description: 'Nothing happened by which it could be judged.' },
    BY_PEOPLE: { description: 'The platform cannot know, and claims nothing: whoever runs it has to show it.' },
  } satisfies Record<(typeof CONTROL_STATUSES)[number], { description: string }>,
});

const UnitEnum = builder.enumType('ComplianceUnit', {
  description: 'What a figure is counted in.',
  values: {
    COUNT: { description: 'How many.' },
    SHARE: { description: 'From 0 to 1.' },
    SECONDS: { description: 'Seconds.' },
    DAYS: { description: 'Days.' },
  } satisfies Record<(typeof UNITS)[number], { description: string }>,
});

const FactRef = builder.objectRef<Fact>('ComplianceFact').implement({
  description: 'One figure, counted when it was asked for.',
  fields: (t) => ({
    measure: t.exposeString('measure', { description: 'What was counted.' }),
    value: t.exposeFloat('value', { nullable: true, description: 'The figure; null where there is nothing to measure.' }),
    unit: t.expose('unit', { type: UnitEnum, description: 'In what.' }),
  }),
});

const ControlRef = builder.objectRef<Control>('ComplianceControl').implement({
  description: 'Something that must be so, the rule by which it is judged, and the evidence.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Name of the control, such as `two-factors`.' }),
    criteria: t.stringList({ description: 'Criteria of the framework that it serves, such as `CC6.1`.', resolve: ({ criteria }) => [...criteria] }),
    title: t.exposeString('title', { description: 'What must be so.' }),
    rule: t.exposeString('rule', { description: 'When it is met.' }),
    status: t.expose('status', { type: ControlStatusEnum, description: 'What the rule says of the evidence.' }),
    evidence: t.field({ type: [FactRef], description: 'The evidence.', resolve: ({ facts }) => [...facts] }),
  }),
});

const ComplianceReportRef = builder.objectRef<ComplianceReport>('ComplianceReport').implement({
  description: 'Controls of a framework, each with its evidence.',
  fields: (t) => ({
    framework: t.expose('framework', { type: FrameworkEnum, description: 'The framework.' }),
    tenantId: t.id({
      nullable: true,
      description: 'Global id of the company that it is about; null for the platform with all its companies.',
      resolve: ({ tenantId }) => tenantId && TenantId.encode(tenantId),
    }),
    since: t.expose('since', { type: 'DateTime', description: 'From when on evidence was counted.' }),
    generatedAt: t.expose('generatedAt', { type: 'DateTime', description: 'When it was counted.' }),
    controls: t.field({ type: [ControlRef], description: 'The controls.', resolve: ({ controls }) => [...controls] }),
  }),
});

builder.queryField('complianceReport', (t) =>
  t.field({
    type: ComplianceReportRef,
    nullable: true,
    requiresScopes: [['settings:read'], ['platform:audit:read']],
    description:
      'What the platform can show an auditor of the last 90 days, counted now: of your company, and for platform staff of the platform or of one company.',
    args: {
      framework: t.arg({ type: FrameworkEnum, description: 'By which framework.' }),
      tenantId: t.arg.id({ required: false, description: 'Global id of a company, for platform staff.' }),
    },
    resolve: (_root, { framework, tenantId }, { request, services }) => {
      const id = tenantId == null ? null : TenantId.decode(tenantId);
      if (tenantId != null && id === null) return null;
      return services.compliance.report(request, framework, id);
    },
  }),
);
