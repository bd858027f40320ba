import {
  ConflictError,
  ForbiddenError,
  InvalidTransitionError,
  NotFoundError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import type { Permission } from '../../_kernel/wire/permissions.js';
import { builder } from '../builder.js';
import { PlanEnum, TenantRef } from '../tenant/tenant.graph.js';
import { nextStepOf, ONBOARDING_STEPS, TEAM_ROLES, type OnboardingStep } from './onboarding.js';
import type { OnboardingRow } from './onboarding.store.js';

/** What an owner has; that she is one, the service looks at. */
const SCOPES: Permission[][] = [['settings:update', 'users:manage', 'billing:update']];

const OnboardingStepEnum = builder.enumType('OnboardingStep', {
  description: 'A step by which a company is set up.',
  values: {
    ORGANIZATION: { description: 'Who it is, where it is reached, and its colour.' },
    TEAM: { description: 'Who works there.' },
    PREFERENCES: { description: 'How it takes appointments.' },
    PLAN: { description: 'Which plan it tries.' },
    DASHBOARD: { description: 'It is set up.' },
  } satisfies Record<OnboardingStep, { description: string }>,
});

const TeamRoleEnum = builder.enumType('TeamRole', {
  description: 'What somebody can be invited as while a company is set up.',
  values: TEAM_ROLES,
});

const OnboardingStepStateRef = builder
  .objectRef<{ readonly step: OnboardingStep; readonly submittedAt: Date | null }>('OnboardingStepState')
  .implement({
    description: 'A step, and whether it was taken.',
    fields: (t) => ({
      step: t.expose('step', { type: OnboardingStepEnum, description: 'Which.' }),
      submittedAt: t.expose('submittedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it was taken; null when it was not yet.',
      }),
    }),
  });

const takenSteps = ({ answers }: OnboardingRow): readonly OnboardingStep[] => answers.map(({ step }) => step);

const OnboardingRef = builder.objectRef<OnboardingRow>('Onboarding').implement({
  description: 'Where a company stands that is being set up. It can be left and gone on with at any time.',
  requiresScopes: SCOPES,
  fields: (t) => ({
    steps: t.field({
      type: [OnboardingStepStateRef],
      description: 'All five, in their order.',
      resolve: ({ answers }) =>
        ONBOARDING_STEPS.map((step) => ({
          step,
          submittedAt: answers.find((taken) => taken.step === step)?.submittedAt ?? null,
        })),
    }),
    nextStep: t.field({
      type: OnboardingStepEnum,
      nullable: true,
      description: 'Whose turn it is; null when all are taken.',
      resolve: (onboarding) => nextStepOf(takenSteps(onboarding)),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was begun.' }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last step was taken; null before.',
    }),
    tenant: t.field({
      type: TenantRef,
      nullable: true,
      description: 'The company as it is by now.',
      resolve: ({ tenantId }, _args, { request, services }) => services.tenants.find(request, tenantId),
    }),
  }),
});

const OrganizationStepInput = builder.inputType('OrganizationStepInput', {
  description: 'Who the company is. What is left out stays as it is.',
  fields: (t) => ({
    name: t.string({ required: false, description: 'Name, 1 to 120 characters.' }),
    website: t.string({ required: false, description: 'Its own website.' }),
    description: t.string({ required: false, description: 'What it does, up to 2000 characters.' }),
    timeZone: t.string({ required: false, description: 'IANA zone.' }),
    currency: t.string({ required: false, description: 'ISO 4217 code.' }),
    locale: t.string({ required: false, description: 'BCP 47 language tag.' }),
    contactEmail: t.string({ required: false, description: 'Where clients write to.' }),
    contactPhone: t.string({ required: false, description: 'Where clients call, as E.164.' }),
    accentColor: t.string({ required: false, description: 'As `#RRGGBB`; to be read on white (4.5:1).' }),
  }),
});

const TeamInvitationInput = builder.inputType('TeamInvitationInput', {
  description: 'Somebody who works there.',
  fields: (t) => ({
    email: t.string({ description: 'Where the invitation is sent.' }),
    role: t.field({ type: TeamRoleEnum, description: 'What she will be.' }),
  }),
});

const TeamStepInput = builder.inputType('TeamStepInput', {
  description: 'Who works there.',
  fields: (t) => ({
    invitations: t.field({ type: [TeamInvitationInput], description: 'Whom to invite, at most 50; none is an answer, too.' }),
  }),
});

const AppointmentTypeInput = builder.inputType('AppointmentTypeInput', {
  description: 'Something that can be booked. A service without a price comes of it.',
  fields: (t) => ({
    name: t.string({ description: 'Name, 1 to 120 characters.' }),
    durationMinutes: t.int({ description: 'How long it takes, 5 to 1440.' }),
  }),
});

const PreferencesStepInput = builder.inputType('PreferencesStepInput', {
  description: 'How the company takes appointments.',
  fields: (t) => ({
    slotMinutes: t.int({ description: 'From one start that is offered to the next, 5 to 1440.' }),
    appointmentTypes: t.field({ type: [AppointmentTypeInput], description: 'What can be booked, at most 50.' }),
  }),
});

const PlanStepInput = builder.inputType('PlanStepInput', {
  description: 'Which plan the company tries for fourteen days.',
  fields: (t) => ({
    plan: t.field({
      type: PlanEnum,
      required: false,
      description: 'STARTER, PROFESSIONAL or ENTERPRISE; without one it keeps the plan it has.',
    }),
  }),
});

const DashboardStepInput = builder.inputType('DashboardStepInput', {
  description: 'The last step asks for nothing but the word.',
  fields: (t) => ({
    done: t.boolean({ description: 'Has to be true.' }),
  }),
});

const SubmitOnboardingStepInput = builder.inputType('SubmitOnboardingStepInput', {
  description: 'The answer to exactly one step.',
  fields: (t) => ({
    organization: t.field({ type: OrganizationStepInput, required: false, description: 'The first.' }),
    team: t.field({ type: TeamStepInput, required: false, description: 'The second.' }),
    preferences: t.field({ type: PreferencesStepInput, required: false, description: 'The third.' }),
    plan: t.field({ type: PlanStepInput, required: false, description: 'The fourth.' }),
    dashboard: t.field({ type: DashboardStepInput, required: false, description: 'The last.' }),
  }),
});

/** @throws {ValidationError} unless exactly one step is answered */
function answerIn(input: typeof SubmitOnboardingStepInput.$inferInput): readonly [OnboardingStep, unknown] {
  const answers = ([
    ['ORGANIZATION', input.organization],
    ['TEAM', input.team],
    ['PREFERENCES', input.preferences],
    ['PLAN', input.plan],
    ['DASHBOARD', input.dashboard],
  ] as const).filter(([, answer]) => answer != null);
  const [answer] = answers;
  if (!answer || answers.length > 1) throw ValidationError.of('input', 'must answer exactly one step');
  return answer;
}

builder.queryFields((t) => ({
  onboarding: t.field({
    type: OnboardingRef,
    nullable: true,
    requiresScopes: SCOPES,
    description: 'Where your company stands that is being set up; null when nobody has begun.',
    resolve: (_root, _args, { request, services }) => services.onboarding.current(request),
  }),
}));

builder.mutationFields((t) => ({
  startOnboarding: t.field({
    type: OnboardingRef,
    nullable: true,
    requiresScopes: SCOPES,
    errors: { types: [ForbiddenError, UnauthenticatedError] },
    description: 'Begins to set your company up; when that was begun, says where it stands.',
    resolve: (_root, _args, { request, services }) => services.onboarding.start(request),
  }),
  submitOnboardingStep: t.field({
    type: OnboardingRef,
    nullable: true,
    requiresScopes: SCOPES,
    errors: {
      types: [ValidationError, NotFoundError, InvalidTransitionError, ConflictError, ForbiddenError, UnauthenticatedError],
    },
    description: 'Takes the next step. The same answer given again changes nothing.',
    args: { input: t.arg({ type: SubmitOnboardingStepInput, description: 'The answer to exactly one step.' }) },
    resolve: (_root, { input }, { request, services }) => services.onboarding.submit(request, ...answerIn(input)),
  }),
}));
