import type { Schedule } from '../../../_kernel/jobs/schedule.js';
import type { TreeGrower } from './grow-tree.js';

/** What is not in a signed tree yet could still be changed unnoticed: that is a second at most. */
export const growAuditTrees = (grower: TreeGrower): Schedule => ({
  name: 'grow-audit-trees',
  everySeconds: 1,
  run: async (context) => void (await grower.grow(context)),
});
