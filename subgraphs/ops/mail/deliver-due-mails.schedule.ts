import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { MailService } from './mail.service.js';

/** Somebody waits for most of them with the page open: a second is about as long as the mail itself takes. */
export const deliverDueMails = (mails: MailService): Schedule => ({
  name: 'deliver-due-mails',
  everySeconds: 1,
  run: async (context) => void (await mails.deliverDue(context)),
});
