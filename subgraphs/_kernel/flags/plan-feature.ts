import { ForbiddenError } from '../errors/domain-error.js';
import type { RequestContext } from '../request/request-context.js';
import type { Feature } from '../wire/plan-features.js';
import type { Flags } from './evaluation/flag-set.js';

/** Whether a company may use a feature now: by its plan, unless platform staff has said otherwise. */
export const hasFeature = (
  flags: Pick<Flags, 'isOn'>,
  { tenant, clock }: Pick<RequestContext, 'tenant' | 'clock'>,
  feature: Feature,
): boolean => flags.isOn(feature, { tenantId: tenant.id, plan: tenant.plan, now: clock.now() });

/** @throws {ForbiddenError} FEATURE_NOT_IN_PLAN */
export function requireFeature(flags: Pick<Flags, 'isOn'>, context: RequestContext, feature: Feature): void {
  if (hasFeature(flags, context, feature)) return;
  throw new ForbiddenError(`Your plan does not include ${feature}`, 'FEATURE_NOT_IN_PLAN');
}
