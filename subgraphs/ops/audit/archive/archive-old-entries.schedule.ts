import type { Schedule } from '../../../_kernel/jobs/schedule.js';
import type { AuditArchiver } from './audit-archiver.js';

export const archiveOldEntries = (archiver: AuditArchiver): Schedule => ({
  name: 'archive-old-audit-entries',
  everySeconds: 3_600,
  run: async (context) => void (await archiver.archiveOld(context)),
});
