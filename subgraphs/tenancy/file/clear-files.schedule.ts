import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { FileService } from './file.service.js';

/** Takes the bytes away of what was deleted, and of what was announced and never came. */
export const clearFiles = (files: FileService): Schedule => ({
  name: 'clearFiles',
  everySeconds: 60,
  run: (context) => files.clear(context),
});
