import { Temporal } from 'temporal-polyfill';
import type { LimitedResource } from '../wire/plan-limits.js';

/** What is counted as it stands has one period without end. */
export const STANDING = 'ALL';

/** The day, `YYYY-MM-DD`, in a zone. */
export const dayOf = (at: Date, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString();

/** The month, `YYYY-MM`, in a zone. */
export const monthOf = (at: Date, timeZone: string): string => dayOf(at, timeZone).slice(0, 'YYYY-MM'.length);

/** Under which period a use is counted. */
export const periodOf = (resource: LimitedResource, at: Date, timeZone: string): string =>
  resource === 'APPOINTMENTS' ? monthOf(at, timeZone) : STANDING;
