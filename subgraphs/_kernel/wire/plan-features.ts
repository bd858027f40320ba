import type { Plan } from './tenant.js';

/** What a company can be allowed to use. The words are part of the contract. */
export const FEATURES = [
  'appointments',
  'billing',
  'analytics',
  'api_access',
  'patient_portal',
  'sms_reminders',
  'custom_branding',
] as const;
export type Feature = (typeof FEATURES)[number];

const BASIC: readonly Feature[] = ['appointments', 'billing', 'analytics', 'patient_portal'];
const REMINDING: readonly Feature[] = [...BASIC, 'sms_reminders'];

/** The unlisted plans stand beside a listed one: FREE is STARTER for nothing, PERFORMANCE an older PROFESSIONAL. */
const FEATURES_OF_PLAN: Readonly<Record<Plan, readonly Feature[]>> = {
  FREE: BASIC,
  STARTER: BASIC,
  PROFESSIONAL: REMINDING,
  PERFORMANCE: REMINDING,
  ENTERPRISE: [...REMINDING, 'api_access', 'custom_branding'],
};

/** Every feature, and whether the plan has it. */
export const featuresOf = (plan: Plan): Readonly<Record<Feature, boolean>> =>
  Object.fromEntries(FEATURES.map((feature) => [feature, FEATURES_OF_PLAN[plan].includes(feature)])) as Record<
    Feature,
    boolean
  >;
