import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InvalidTransitionError } from '../../_kernel/errors/domain-error.js';
import { emailSchema, lineSchema } from '../../_kernel/validation/text.js';
import { settingsChangesSchema, slotMinutesSchema } from '../settings/settings.js';
import { listedPlanSchema } from '../tenant/tenant.js';

/** In the order they are taken. */
export const ONBOARDING_STEPS = ['ORGANIZATION', 'TEAM', 'PREFERENCES', 'PLAN', 'DASHBOARD'] as const;
export type OnboardingStep = (typeof ONBOARDING_STEPS)[number];

const MOST_INVITED = 50;
const MOST_APPOINTMENT_TYPES = 50;

/** What people can be invited as while a company is set up: everything but another owner or a client. */
export const TEAM_ROLES = ['ADMIN', 'PRACTITIONER', 'STAFF', 'BILLING', 'VIEWER'] as const;

const organizationSchema = settingsChangesSchema.omit({ slotMinutes: true });

const teamSchema = z.object({
  invitations: z
    .array(z.object({ email: emailSchema, role: z.enum(TEAM_ROLES) }))
    .max(MOST_INVITED, `must be at most ${MOST_INVITED}`)
    .refine((people) => new Set(people.map(({ email }) => email)).size === people.length, 'must name everybody once'),
});

const preferencesSchema = z.object({
  slotMinutes: slotMinutesSchema,
  appointmentTypes: z
    .array(
      z.object({
        name: lineSchema(120),
        durationMinutes: z.int().min(5, 'must be at least 5 minutes').max(1_440, 'must be at most a day, 1440 minutes'),
      }),
    )
    .max(MOST_APPOINTMENT_TYPES, `must be at most ${MOST_APPOINTMENT_TYPES}`)
    .refine((types) => new Set(types.map(({ name }) => name)).size === types.length, 'must have names of their own'),
});

/** Without one the company stays on the plan it has. */
const planSchema = z.object({ plan: listedPlanSchema.nullish() });

const dashboardSchema = z.object({ done: z.literal(true, 'must be true') });

/** What each step is answered with. */
export const ANSWERS = {
  ORGANIZATION: organizationSchema,
  TEAM: teamSchema,
  PREFERENCES: preferencesSchema,
  PLAN: planSchema,
  DASHBOARD: dashboardSchema,
} as const satisfies Record<OnboardingStep, z.ZodType>;

export type Answers = { readonly [Step in OnboardingStep]: z.infer<(typeof ANSWERS)[Step]> };

export const nextStepOf = (taken: readonly OnboardingStep[]): OnboardingStep | null =>
  ONBOARDING_STEPS.find((step) => !taken.includes(step)) ?? null;

/**
 * Steps are taken one after another.
 * @throws {InvalidTransitionError} for one whose turn it is not
 */
export function requireTurn(step: OnboardingStep, taken: readonly OnboardingStep[]): void {
  const next = nextStepOf(taken);
  if (step === next) return;
  const turn = next ?? 'COMPLETED';
  throw new InvalidTransitionError(turn, step, `It is the turn of ${turn}: steps are taken one after another`);
}

/** Tells answers apart without keeping them. Keys are in the schema's order already. */
export const fingerprintOf = (answer: unknown): string =>
  createHash('sha256').update(JSON.stringify(answer)).digest('hex');
