import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { PersonalDataWork } from './personal-data-work.js';

/** Begins erasures whose time has come, asks again who has not answered, finishes, and removes what nobody fetched. */
export const carryOutPersonalDataRequests = (work: PersonalDataWork): Schedule => ({
  name: 'carry-out-personal-data-requests',
  everySeconds: 60,
  run: (context) => work.carryOut(context),
});
