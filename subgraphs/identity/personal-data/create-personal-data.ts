import type { Outbox } from '../../_kernel/events/outbox.js';
import type { Reaction } from '../../_kernel/events/reaction.js';
import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import { answerForPersonalData } from '../../_kernel/personal-data/answer-for-personal-data.js';
import type { DataSubject } from '../../_kernel/personal-data/personal-data.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SubgraphRuntime } from '../../_kernel/subgraph.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import type { IdentityEvents } from '../events.js';
import { findMembershipsOfUsers } from '../membership/membership.store.js';
import { changeSeat } from '../membership/seat.js';
import { collectPersonalDataAnswers } from '../reactions/collect-personal-data-answers.js';
import { takeInRequestWhenCompanyAsksForClient } from '../reactions/take-in-request-when-company-asks-for-client.js';
import { endSessionsInTenant } from '../standing/standing.store.js';
import { carryOutPersonalDataRequests } from './carry-out-personal-data-requests.schedule.js';
import { IDENTITY_HOLDINGS } from './holdings.js';
import { createPersonalDataWork } from './personal-data-work.js';
import { personalDataRoute } from './personal-data.route.js';
import { createPersonalDataService, type PersonalDataService } from './personal-data.service.js';

/** What people may ask about their own data, and how it is carried out by the whole platform. */
export function createPersonalData(parts: {
  readonly runtime: SubgraphRuntime;
  readonly outbox: Outbox<IdentityEvents>;
  readonly mails: MailDesk;
  readonly publicUrl: string;
}): {
  readonly service: PersonalDataService;
  readonly reactions: readonly Reaction[];
  readonly route: SubgraphRoute;
  readonly schedule: Schedule;
} {
  const { runtime, outbox, mails, publicUrl } = parts;
  const { database, secretBox, clock, logger } = runtime;
  const work = createPersonalDataWork({ database, outbox, secretBox, mails });
  const service = createPersonalDataService({ tenants: database.tenants, work, mails, secretBox, publicUrl });

  /** Whoever is erased is out at once, as if she had been removed. */
  const letGo = async (context: RequestContext, db: TenantDb, { userId }: DataSubject): Promise<void> => {
    const [place] = userId === null ? [] : await findMembershipsOfUsers(db, [userId]);
    if (userId === null || !place) return;
    const { id: membershipId, roles } = place;
    for (const sessionId of await endSessionsInTenant(db, userId, 'REMOVED', context.clock.now())) {
      const ended = { realm: 'tenant', subjectId: userId, sessionId, reason: 'REMOVED' } as const;
      await outbox.emit(db, context, 'identity.session_ended', ended);
    }
    await changeSeat(db, context, roles, []);
    await outbox.emit(db, context, 'identity.membership_removed', { membershipId, userId, roles });
  };

  return {
    service,
    reactions: [
      answerForPersonalData({ name: 'identity', holdings: IDENTITY_HOLDINGS, letGo }, outbox, secretBox),
      ...collectPersonalDataAnswers(work),
      takeInRequestWhenCompanyAsksForClient(work),
    ],
    route: personalDataRoute({ personalData: service, clock, logger }),
    schedule: carryOutPersonalDataRequests(work),
  };
}
