import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { MailRequested } from '../../_kernel/mail/mail.js';
import type { MailService } from '../mail/mail.service.js';

/** Whoever wants a mail sent says so by an event of its own. */
type MailRequests = Readonly<Record<`${string}.mail_requested`, MailRequested>>;

const ASKING = ['identity.mail_requested', 'tenancy.mail_requested', 'booking.mail_requested', 'ops.mail_requested'] as const;

export const queueMailWhenAsked = (mails: MailService): readonly Reaction[] =>
  ASKING.map((type) =>
    reactTo<MailRequests>()(type, `queueMailWhenAsked:${type}`, (context, db, { id, payload }) =>
      mails.takeIn(context, db, id, payload),
    ),
  );
