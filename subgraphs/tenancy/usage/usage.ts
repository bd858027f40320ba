import { z } from 'zod';
import { textSchema } from '../../_kernel/validation/text.js';

/** What is measured of a company. */
export const USAGE_METRICS = ['API_CALLS', 'USERS', 'STORAGE', 'APPOINTMENTS', 'PATIENTS', 'EMAILS', 'ACTIVE_USERS'] as const;
export type UsageMetric = (typeof USAGE_METRICS)[number];

/** Metrics that are summed up by day. The others are counted where they happen. */
export const DAILY_METRICS = ['API_CALLS', 'STORAGE', 'EMAILS'] as const satisfies readonly UsageMetric[];
export type DailyMetric = (typeof DAILY_METRICS)[number];

const DAYS_AT_ONCE = 366;
const DAY_MS = 86_400_000;
const LARGEST_AMOUNT = 1_000_000_000;

const daySchema = z.iso.date('must be a day such as 2027-01-31');

export const monthSchema = z.string().regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, 'must be a month such as 2027-01');

export const usageRecordSchema = z.object({
  metric: z.enum(DAILY_METRICS, `must be one of ${DAILY_METRICS.join(', ')}; the others are counted by themselves`),
  amount: z.int('must be a whole number').min(1, 'must be at least 1').max(LARGEST_AMOUNT, `must be at most ${LARGEST_AMOUNT}`),
  details: z.record(z.string().max(100), z.union([textSchema(500), z.number(), z.boolean(), z.null()])).nullish(),
});

export const bucketRangeSchema = z
  .object({ metric: z.enum(DAILY_METRICS), from: daySchema, to: daySchema })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'must not lie before from' })
  .refine(({ from, to }) => (Date.parse(to) - Date.parse(from)) / DAY_MS < DAYS_AT_ONCE, {
    path: ['to'],
    error: `must lie within ${DAYS_AT_ONCE} days of from`,
  });
