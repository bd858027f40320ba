import type { Plan } from './tenant.js';

/** What a plan has only so much of: people who work there, clients, and appointments made in a month. */
export const LIMITED_RESOURCES = ['USERS', 'PATIENTS', 'APPOINTMENTS'] as const;
export type LimitedResource = (typeof LIMITED_RESOURCES)[number];

/** How many there may be; null without an end. */
type PlanLimits = Readonly<Record<LimitedResource, number | null>>;

const STARTER: PlanLimits = { USERS: 2, PATIENTS: 100, APPOINTMENTS: 200 };
const PROFESSIONAL: PlanLimits = { USERS: 10, PATIENTS: 1_000, APPOINTMENTS: 2_000 };

/** The unlisted plans stand beside a listed one: FREE is STARTER for nothing, PERFORMANCE an older PROFESSIONAL. */
const LIMITS_OF_PLAN: Readonly<Record<Plan, PlanLimits>> = {
  FREE: STARTER,
  STARTER,
  PROFESSIONAL,
  PERFORMANCE: PROFESSIONAL,
  ENTERPRISE: { USERS: null, PATIENTS: null, APPOINTMENTS: null },
};

export const limitOf = (plan: Plan, resource: LimitedResource): number | null => LIMITS_OF_PLAN[plan][resource];
