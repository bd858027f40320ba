import { z } from 'zod';
import { isCurrency } from '../../_kernel/money/currency.js';
import { timeZoneSchema } from '../../_kernel/time/time-zone.js';
import { lineSchema, textSchema } from '../../_kernel/validation/text.js';
import { PLANS, type TenantIdentity } from '../../_kernel/wire/tenant.js';

/** Labels that mean something to the platform or to browsers, and so can be nobody's address. */
const RESERVED_SLUGS: ReadonlySet<string> = new Set([
  'admin',
  'api',
  'app',
  'auth',
  'graphql',
  'localhost',
  'mail',
  'partner',
  'platform',
  'status',
  'www',
]);

const SLUG = /^[a-z0-9](?:[a-z0-9-]{1,61}[a-z0-9])$/;

export const slugSchema = z
  .string()
  .regex(SLUG, 'must be 3 to 63 lower-case letters, digits or hyphens, with no hyphen at either end')
  .refine((slug) => !RESERVED_SLUGS.has(slug), 'is reserved');

export const currencySchema = z.string().refine(isCurrency, 'must be an ISO 4217 code such as EUR');

export const newTenantSchema = z.object({
  name: lineSchema(120),
  slug: slugSchema,
  plan: z.enum(PLANS),
  timeZone: timeZoneSchema,
  currency: currencySchema,
  website: z.url('must be a URL').max(2_000).nullish(),
  description: textSchema(2_000).nullish(),
});

const TRIAL_DAYS = 14;

/** Every paid plan begins with a trial; FREE has nothing to try. */
export const trialEndOf = (plan: TenantIdentity['plan'], createdAt: Date): Date | null =>
  plan === 'FREE' ? null : new Date(createdAt.getTime() + TRIAL_DAYS * 86_400_000);

interface TenantFacts extends TenantIdentity {
  readonly deletedAt: Date | null;
}

/** What the rest of the platform needs to know of a tenant; a deleted one is nobody's. */
export const identityOf = (tenant: TenantFacts): TenantIdentity => ({
  id: tenant.id,
  slug: tenant.slug,
  name: tenant.name,
  status: tenant.deletedAt ? 'CANCELLED' : tenant.status,
  plan: tenant.plan,
  timeZone: tenant.timeZone,
  currency: tenant.currency,
});
