import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { handleJob, PATIENT, type JobHandler } from '../../_kernel/jobs/job.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { IdentityJobs, TellClientOfLogout } from '../jobs.js';
import type { ProviderDirectory } from './provider-directory.js';

/** Why a client could not be told, without its address. */
function failureOf(error: unknown): string {
  const { response } = Object(error) as { readonly response?: { readonly status?: number } };
  return response?.status === undefined ? 'The client could not be reached' : `The client answered ${response.status}`;
}

/** By the address that the client knows. */
const addressedBy = ({ tenant, origin }: RequestContext, { domain }: TellClientOfLogout) => ({
  tenant,
  origin: { ...origin, domain: domain ?? undefined },
});

/** Sends a client the logout token of a session (OpenID Connect Back-Channel Logout), until it takes it. */
export const tellClientOfLogout = (providers: ProviderDirectory): JobHandler => {
  const tell = async (context: RequestContext, ended: TellClientOfLogout): Promise<void> =>
    (await providers.of(addressedBy(context, ended))).tellOfLogout(ended);

  return handleJob<IdentityJobs>()('identity.tell_client_of_logout', {
    retry: PATIENT,
    async run(context, { payload }) {
      try {
        await tell(context, payload);
        return { is: 'DONE' };
      } catch (error) {
        // Nobody else's name is signed with: that of a domain which is the company's no more.
        if (error instanceof NotFoundError) return { is: 'FAILED', failure: 'The company has lost the domain', final: true };
        return { is: 'FAILED', failure: failureOf(error), final: false };
      }
    },
  });
};
