import { z } from 'zod';
import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { lineSchema } from '../../_kernel/validation/text.js';
import { validate } from '../../_kernel/validation/validate.js';
import { findProvidersByIds } from '../provider/provider.store.js';
import { deleteException, findExceptions, insertException, type KeptException } from './calendar-exception.store.js';
import { EXCEPTION_KINDS, type ExceptionKind } from './day-hours.js';
import { clockSchema } from './working-hours.js';
import { DAY_MINUTES } from './zone-calendar.js';

export interface NewException {
  /** Null for a holiday of the whole company. */
  readonly providerId?: string | null | undefined;
  readonly kind: ExceptionKind;
  readonly name?: string | null | undefined;
  /** `YYYY-MM-DD`. */
  readonly firstDay: string;
  /** The first day when left out. */
  readonly lastDay?: string | null | undefined;
  /** `HH:MM`; midnight when left out. */
  readonly start?: string | null | undefined;
  readonly end?: string | null | undefined;
}

export interface CalendarExceptionService {
  /**
   * Everybody's, and one provider's where one is named, in order of their first day.
   * @throws {ValidationError}
   */
  list(
    context: RequestContext,
    window: { readonly providerId?: string | undefined; readonly from: string; readonly days: number },
  ): Promise<readonly KeptException[]>;
  /**
   * What is booked already stays booked.
   * @throws {ForbiddenError} without `appointments:update` or `settings:update`
   * @throws {NotFoundError} when there is no such provider
   * @throws {ValidationError}
   */
  add(context: RequestContext, input: NewException): Promise<KeptException>;
  /**
   * @throws {ForbiddenError} without `appointments:update` or `settings:update`
   * @throws {NotFoundError} when there is no such exception
   */
  remove(context: RequestContext, id: string): Promise<void>;
}

const MOST_DAYS = 366;
const DAY_MS = DAY_MINUTES * 60_000;

const windowSchema = z.object({
  from: z.iso.date('must be a date'),
  days: z.int().min(1, 'must be at least 1').max(MOST_DAYS, `must be at most ${MOST_DAYS}`),
});

const exceptionSchema = z
  .object({
    providerId: z.string().nullish(),
    kind: z.enum(EXCEPTION_KINDS),
    name: lineSchema(120).nullish(),
    firstDay: z.iso.date('must be a date'),
    lastDay: z.iso.date('must be a date').nullish(),
    start: clockSchema.nullish(),
    end: clockSchema.nullish(),
  })
  .transform(({ lastDay, start, end, ...rest }) => ({
    ...rest,
    lastDay: lastDay ?? rest.firstDay,
    start: start ?? 0,
    end: end ?? DAY_MINUTES,
  }))
  .refine(({ start, end }) => start < end, { path: ['end'], message: 'must be later than start' })
  .refine(({ firstDay, lastDay }) => firstDay <= lastDay, { path: ['lastDay'], message: 'must not be before firstDay' })
  .refine(({ firstDay, lastDay }) => Date.parse(lastDay) - Date.parse(firstDay) <= MOST_DAYS * DAY_MS, {
    path: ['lastDay'],
    message: `must be at most ${MOST_DAYS} days later`,
  })
  .refine(({ kind, providerId }) => kind === 'CLOSED' || providerId != null, {
    path: ['providerId'],
    message: 'must be given for hours that are open',
  });

export function createCalendarExceptionService(parts: { readonly tenants: TenantDatabase }): CalendarExceptionService {
  const { tenants } = parts;
  return {
    list(context, { providerId, ...window }) {
      const { from, days } = validate(windowSchema, window);
      const to = new Date(Date.parse(from) + (days - 1) * DAY_MS).toISOString().slice(0, 10);
      return findExceptions(tenants.of(context), { providerIds: providerId === undefined ? [] : [providerId], from, to });
    },
    async add(context, input) {
      requirePermission(context, 'appointments:update', 'settings:update');
      const { providerId = null, kind, name = null, firstDay, lastDay, start, end } = validate(exceptionSchema, input);
      const kept = { id: uuidv7(), providerId, kind, name, startMinute: start, endMinute: end };
      await tenants.transaction(context, async (db) => {
        if (providerId !== null && (await findProvidersByIds(db, [providerId])).length === 0) {
          throw new NotFoundError('Provider');
        }
        await insertException(db, { ...kept, firstDay: new Date(firstDay), lastDay: new Date(lastDay) });
      });
      return { ...kept, firstDay, lastDay, everybody: providerId === null };
    },
    async remove(context, id) {
      requirePermission(context, 'appointments:update', 'settings:update');
      if (!(await deleteException(tenants.of(context), id))) throw new NotFoundError('CalendarException');
    },
  };
}
