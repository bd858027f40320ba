import { z } from 'zod';
import { isCurrency } from '../../_kernel/money/currency.js';
import { timeZoneSchema } from '../../_kernel/time/time-zone.js';
import { emailSchema, lineSchema, textSchema } from '../../_kernel/validation/text.js';
import { PLANS, type TenantIdentity } from '../../_kernel/wire/tenant.js';

/** Labels that mean something to the platform, to browsers or to mail, and so can be nobody's address. */
const RESERVED_SLUGS: ReadonlySet<string> = new Set(
  (
    'abuse account accounts admin api app assets auth autoconfig autodiscover billing blog cdn console dashboard ' +
    'dns docs email ftp graphql health help hostmaster imap internal localhost login mail metrics mta oauth ' +
    'partner platform pop postmaster public root saml scim security signin signup smtp spine sso static status ' +
    'support system webhook webhooks webmaster wpad www'
  ).split(' '),
);

const SLUG = /^[a-z0-9](?:[a-z0-9-]{1,61}[a-z0-9])$/;

export const slugSchema = z
  .string()
  .regex(SLUG, 'must be 3 to 63 lower-case letters, digits or hyphens, with no hyphen at either end')
  // RFC 5891: the labels by which browsers are told to show other letters, as `xn--` is.
  .refine((slug) => slug.slice(2, 4) !== '--', 'must not have hyphens in third and fourth place')
  .refine((slug) => !RESERVED_SLUGS.has(slug), 'is reserved');

/** Plans that a company can choose for itself; the others are given by the platform. */
const LISTED_PLANS = ['STARTER', 'PROFESSIONAL', 'ENTERPRISE'] as const;

/** What clients may call a plan: PRO is PROFESSIONAL. */
const plan = <Choice extends string>(choices: readonly Choice[]) =>
  z.preprocess((word) => (word === 'PRO' ? 'PROFESSIONAL' : word), z.enum(choices, `must be one of ${choices.join(', ')}`));

export const planSchema = plan(PLANS);
export const listedPlanSchema = plan(LISTED_PLANS);

export const currencySchema = z.string().refine(isCurrency, 'must be an ISO 4217 code such as EUR');

export const websiteSchema = z
  .url({ protocol: /^https?$/, error: 'must be a URL' })
  .max(2_000);

export const newTenantSchema = z.object({
  name: lineSchema(120),
  slug: slugSchema,
  plan: planSchema,
  timeZone: timeZoneSchema,
  currency: currencySchema,
  website: websiteSchema.nullish(),
  description: textSchema(2_000).nullish(),
  owner: z.object({ email: emailSchema, displayName: lineSchema(120).nullish() }).nullish(),
});

/** What platform staff may change. A field that is left out stays as it is; null clears one that may be empty. */
export const tenantChangesSchema = z
  .object({
    name: lineSchema(120),
    plan: planSchema,
    timeZone: timeZoneSchema,
    currency: currencySchema,
    website: websiteSchema.nullable(),
    description: textSchema(2_000).nullable(),
  })
  .partial();

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
