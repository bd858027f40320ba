import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { BookingEvents } from '../../booking/events.js';
import { COOLING_OFF_DAYS, daysAfter } from '../personal-data/personal-data-request.js';
import type { PersonalDataWork } from '../personal-data/personal-data-work.js';
import { insertRequest } from '../personal-data/personal-data.store.js';

/** What a company asks for in a client's name is carried out as if she had asked herself, unless one is under way. */
export const takeInRequestWhenCompanyAsksForClient = (work: PersonalDataWork): Reaction =>
  reactTo<BookingEvents>()(
    'booking.client_data_requested',
    'takeInRequestWhenCompanyAsksForClient',
    async (context, db, { payload, occurredAt }) => {
      const { requestId: id, kind, clientId, userId, requestedBy, sealedSubject } = payload;
      const who = { userId, clientId, requestedBy };
      const obstacle = kind === 'ERASURE' ? await work.obstacleTo(db, who) : null;
      const row = await insertRequest(db, {
        id,
        kind,
        ...who,
        sealedSubject,
        ...(obstacle === null ? { status: 'WAITING' } : { status: 'REFUSED', refusal: obstacle }),
        tenant: context.tenant,
        requestedAt: occurredAt,
        performAt: kind === 'EXPORT' ? occurredAt : daysAfter(occurredAt, COOLING_OFF_DAYS),
      });
      if (!row) return;
      await work.tell(context, db, row, obstacle === null ? 'ASKED' : 'REFUSED');
      if (kind === 'EXPORT') await work.ask(context, db, row);
    },
  );
