import { handleJob, PATIENT, type JobHandler } from '../../_kernel/jobs/job.js';
import type { TenancyJobs } from '../jobs.js';
import type { ClientOnboardingService } from './client-onboarding.service.js';

export const goOnElsewhere = (onboarding: ClientOnboardingService): JobHandler =>
  handleJob<TenancyJobs>()('tenancy.go_on_elsewhere', {
    retry: PATIENT,
    async run(context, { payload: { userId } }) {
      await onboarding.verifiedElsewhere(context, userId);
      return { is: 'DONE' };
    },
  });
