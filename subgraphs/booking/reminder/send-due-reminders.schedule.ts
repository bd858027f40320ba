import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { ReminderService } from './reminder.service.js';

export const sendDueReminders = (reminders: ReminderService): Schedule => ({
  name: 'send-due-reminders',
  everySeconds: 15,
  run: async (context) => {
    const sent = await reminders.sendDue(context);
    if (sent > 0) context.logger.info({ sent }, 'clients reminded');
  },
});
