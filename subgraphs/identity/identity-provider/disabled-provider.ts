import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Flags } from '../../_kernel/flags/evaluation/flag-set.js';
import { ACTING_FLAGS } from '../../_kernel/flags/evaluation/known-flags.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { IdentityProviderId } from '../ids.js';
import type { SsoService } from './sso.service.js';

/** Nobody gets to the provider that operations has switched off, and who is on her way back from it is not let in. */
export function withoutDisabledProvider(sso: SsoService, flags: Pick<Flags, 'textOf'>): SsoService {
  const isDisabled = ({ tenant, clock }: RequestContext, providerId: string): boolean => {
    const context = { tenantId: tenant.id, plan: tenant.plan, now: clock.now() };
    const disabled = flags.textOf(ACTING_FLAGS.disabledProvider, context);
    return disabled !== '' && (disabled === providerId || IdentityProviderId.decode(disabled) === providerId);
  };
  return {
    ...sso,
    async start(context, providerId, asked) {
      if (isDisabled(context, providerId)) throw new NotFoundError('Identity provider');
      return sso.start(context, providerId, asked);
    },
    async redeem(context, code, verifier) {
      const proven = await sso.redeem(context, code, verifier);
      return proven && !isDisabled(context, proven.provider.id) ? proven : null;
    },
  };
}
