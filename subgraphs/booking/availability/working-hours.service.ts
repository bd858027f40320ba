import { z } from 'zod';
import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { validate } from '../../_kernel/validation/validate.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { lockProvider } from '../provider/provider.store.js';
import type { WorkingHoursLoader } from './availability.loader.js';
import { replaceWorkingHours } from './availability.store.js';
import { weekSchema, type WorkingHours } from './working-hours.js';

export interface WorkingHoursInput {
  /** ISO 8601: Monday is 1, Sunday 7. */
  readonly weekday: number;
  /** `HH:MM` on the provider's wall clock. */
  readonly start: string;
  /** `HH:MM`, up to `24:00`. */
  readonly end: string;
}

export interface NewWeek {
  readonly providerId: string;
  /** The whole week; empty for a provider who does not work. */
  readonly hours: readonly WorkingHoursInput[];
}

export interface WorkingHoursService {
  /** A provider's week, in order. */
  ofProvider(context: RequestContext, providerId: string): Promise<readonly WorkingHours[]>;
  /**
   * Puts a new week in the place of a provider's old one. What is booked already stays booked.
   * @throws {ForbiddenError} without `appointments:update` or `settings:update`
   * @throws {NotFoundError} when there is no such provider
   * @throws {ValidationError}
   */
  set(context: RequestContext, input: NewWeek): Promise<void>;
}

const newWeekSchema = z.object({ hours: weekSchema });

export function createWorkingHoursService(parts: {
  readonly tenants: TenantDatabase;
  readonly loader: WorkingHoursLoader;
}): WorkingHoursService {
  const { tenants, loader } = parts;
  return {
    ofProvider: (context, providerId) => context.loaders.of(context, loader).load(providerId),
    async set(context, { providerId, hours }) {
      requirePermission(context, 'appointments:update', 'settings:update');
      const week = validate(newWeekSchema, { hours }).hours.map((stretch) => ({ ...stretch, id: uuidv7() }));
      await tenants.transaction(context, async (db) => {
        // Two weeks set at once would otherwise leave a mixture of both.
        if (!(await lockProvider(db, providerId))) throw new NotFoundError('Provider');
        await replaceWorkingHours(db, providerId, week);
      });
      context.loaders.clear();
    },
  };
}
