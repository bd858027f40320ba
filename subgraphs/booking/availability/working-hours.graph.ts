import { builder } from '../builder.js';
import { clockOf, type WorkingHours } from './working-hours.js';

export const WorkingHoursRef = builder.objectRef<WorkingHours>('WorkingHours').implement({
  description: 'A stretch of a weekday in which a provider works.',
  fields: (t) => ({
    weekday: t.exposeInt('weekday', { description: 'ISO 8601 weekday: Monday is 1, Sunday 7.' }),
    start: t.string({
      description: "`HH:MM` on the provider's wall clock.",
      resolve: ({ startMinute }) => clockOf(startMinute),
    }),
    end: t.string({
      description: '`HH:MM`; `24:00` is midnight at the end of the day.',
      resolve: ({ endMinute }) => clockOf(endMinute),
    }),
  }),
});
