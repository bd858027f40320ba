import type { Plan } from './tenant.js';

/** In which plans are priced, whatever a company keeps its own prices in. */
export const PLAN_CURRENCY = 'USD';

/** The unlisted plans stand beside a listed one: FREE is STARTER for nothing, PERFORMANCE an older PROFESSIONAL. */
const MONTHLY: Readonly<Record<Plan, number>> = {
  FREE: 0,
  STARTER: 2_900,
  PROFESSIONAL: 7_900,
  PERFORMANCE: 7_900,
  ENTERPRISE: 19_900,
};

/** What a plan costs a month by the list, in cents. */
export const monthlyPriceOf = (plan: Plan): number => MONTHLY[plan];
