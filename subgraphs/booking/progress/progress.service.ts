import { ConflictError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { groupByKey } from '../../_kernel/request/loaders.js';
import { requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { LoaderDefinition, RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { ClientService } from '../client/client.service.js';
import { findClientsByIds } from '../client/client.store.js';
import type { BookingEvents } from '../events.js';
import { lockService } from '../resource/resource.store.js';
import { percentOf, stepsSchema, type Progress } from './progress.js';
import {
  completeStep,
  findProgress,
  findStep,
  findStepsOf,
  hasBooked,
  reopenStep,
  replaceSteps,
  type ServiceStepRow,
} from './progress.store.js';

export interface NewProgress {
  readonly clientId: string;
  readonly stepId: string;
  readonly isCompleted: boolean;
}

/** How far clients come with services that are more than one booking. */
export interface ProgressService {
  /** What a service goes through, in order; nothing for one that is over with its booking. */
  stepsOf(context: RequestContext, serviceId: string): Promise<readonly ServiceStepRow[]>;
  /**
   * Sets what a service goes through. Whoever has completed a step that keeps its name, has completed it still.
   * @throws {ForbiddenError} without `settings:update`; @throws {NotFoundError} service; @throws {ValidationError}
   */
  setSteps(context: RequestContext, serviceId: string, steps: readonly string[]): Promise<void>;
  /**
   * How far a client has come with everything that she has booked and that has steps: with `patients:read`, and she
   * herself; null for everybody else.
   */
  of(context: RequestContext, clientId: string): Promise<readonly Progress[] | null>;
  /** Your own; nothing before you have booked. @throws {UnauthenticatedError} */
  mine(context: RequestContext): Promise<readonly Progress[]>;
  /**
   * Notes that a client has completed a step, or not after all; the same again changes nothing.
   * @throws {ForbiddenError} without `appointments:update`
   * @throws {NotFoundError} alike for a client or step that is unknown and one of another company
   * @throws {ConflictError} for a client who has not booked the service
   */
  record(context: RequestContext, input: NewProgress): Promise<Progress>;
}

export function createProgressService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly clients: ClientService;
}): ProgressService {
  const { tenants, outbox, clients } = parts;
  const stepsOfService: LoaderDefinition<string, ServiceStepRow[]> = {
    name: 'stepsByServiceId',
    batch: async (context, ids) => groupByKey(ids, await findStepsOf(tenants.of(context), ids), (row) => row.serviceId),
  };
  const progressOfClient: LoaderDefinition<string, Progress[]> = {
    name: 'progressByClientId',
    batch: async (context, ids) => groupByKey(ids, await findProgress(tenants.of(context), ids), (row) => row.clientId),
  };

  return {
    stepsOf: (context, serviceId) => context.loaders.of(context, stepsOfService).load(serviceId),
    async setSteps(context, serviceId, given) {
      requirePermission(context, 'settings:update');
      const { steps } = validate(stepsSchema, { steps: given });
      await tenants.transaction(context, async (db) => {
        if (!(await lockService(db, serviceId))) throw new NotFoundError('Service');
        await replaceSteps(db, serviceId, steps.map((name) => ({ id: uuidv7(), name })));
      });
      context.loaders.clear();
    },
    async of(context, clientId) {
      const client = await clients.find(context, clientId);
      return client && context.loaders.of(context, progressOfClient).load(client.id);
    },
    async mine(context) {
      requireMember(context);
      const client = await clients.own(context);
      return client ? context.loaders.of(context, progressOfClient).load(client.id) : [];
    },
    async record(context, { clientId, stepId, isCompleted }) {
      requirePermission(context, 'appointments:update');
      const progress = await tenants.transaction(context, async (db) => {
        const [client] = await findClientsByIds(db, [clientId]);
        if (!client) throw new NotFoundError('Client');
        const step = await findStep(db, stepId);
        if (!step) throw new NotFoundError('ServiceStep');
        const { serviceId } = step;
        if (!(await hasBooked(db, clientId, serviceId))) throw new ConflictError('The client has not booked this service');
        const isNew = isCompleted
          ? await completeStep(db, clientId, stepId, context.clock.now())
          : await reopenStep(db, clientId, stepId);
        const all = await findProgress(db, [clientId]);
        const now = all.find((one) => one.serviceId === serviceId) ?? { clientId, serviceId, steps: [] };
        if (isNew) {
          const told = { clientId, clientUserId: client.userId, serviceId, stepId, isCompleted, percent: percentOf(now.steps) };
          await outbox.emit(db, context, 'booking.progress_recorded', told);
        }
        return now;
      });
      context.loaders.clear();
      return progress;
    },
  };
}
