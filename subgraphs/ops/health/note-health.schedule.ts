import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { ComponentHistoryService } from './component-history.service.js';

export const noteHealth = (history: ComponentHistoryService): Schedule => ({
  name: 'note-health',
  everySeconds: 20,
  run: (context) => history.note(context),
});
