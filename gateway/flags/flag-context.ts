import type { FlagContext } from '../../subgraphs/_kernel/flags/evaluation/evaluate.js';
import type { IdentifiedRequest } from '../stages/authentication/authentication.js';

/** Of whom flags are asked when a request comes: who and where is what was proved, never what the request says. */
export const flagContextOf = (
  { tenant, principal }: Pick<IdentifiedRequest, 'tenant' | 'principal'>,
  now: number,
): FlagContext => ({
  tenantId: tenant.id,
  plan: tenant.plan,
  ...(principal.kind === 'member' ? { userId: principal.userId, sessionId: principal.sessionId } : {}),
  now: new Date(now),
});
