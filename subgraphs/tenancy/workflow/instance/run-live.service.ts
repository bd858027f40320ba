import type { EventTail } from '../../../_kernel/events/event-tail.js';
import { liveUpdates, type LiveUpdates } from '../../../_kernel/events/live-updates.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import { requirePerson } from '../access.js';
import type { WorkflowChanged } from '../events.js';

export interface TaskChange {
  readonly runId: string;
  readonly step: string;
  readonly status: WorkflowChanged['status'];
}

export interface RunLiveService {
  /**
   * What happens in runs that have a task for her as it happens.
   * @throws {ForbiddenError} for whoever can have no tasks @throws {ValidationError} on `after`
   */
  tasks(context: RequestContext, after: string | null | undefined): LiveUpdates<TaskChange>;
}

export function createRunLiveService(tail: EventTail): RunLiveService {
  return {
    tasks(context, after) {
      const person = requirePerson(context);
      const news = { tenantId: context.tenant.id, types: ['tenancy.workflow_changed'], after };
      return liveUpdates(tail, news, ({ payload }) => {
        const { runId, step, status, assigneeId, roles } = payload as WorkflowChanged;
        const isHers = assigneeId === null ? roles.some((role) => person.roles.includes(role)) : assigneeId === person.id;
        return isHers ? { runId, step, status } : null;
      });
    },
  };
}
