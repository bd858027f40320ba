import { z } from 'zod';
import { timeZoneSchema } from '../../_kernel/time/time-zone.js';
import { lineSchema, phoneSchema, textSchema } from '../../_kernel/validation/text.js';
import { currencySchema } from '../tenant/tenant.js';

const isLocale = (value: string): boolean => {
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
};

/** What an owner may change. A field that is left out stays as it is; null clears one that may be empty. */
export const settingsChangesSchema = z.object({
  name: lineSchema(120).optional(),
  timeZone: timeZoneSchema.optional(),
  currency: currencySchema.optional(),
  website: z.url('must be a URL').max(2_000).nullable().optional(),
  description: textSchema(2_000).nullable().optional(),
  locale: z.string().refine(isLocale, 'must be a BCP 47 language tag such as en-GB').optional(),
  contactEmail: z.email('must be an e-mail address').nullable().optional(),
  contactPhone: phoneSchema.nullable().optional(),
  accentColor: z
    .string()
    .regex(/^#[0-9A-Fa-f]{6}$/, 'must be a colour such as #3451B2')
    .optional(),
});

export type SettingsChanges = z.infer<typeof settingsChangesSchema>;

const PROFILE_FIELDS = ['name', 'timeZone', 'currency', 'website', 'description'] as const;
const SETTING_FIELDS = ['locale', 'contactEmail', 'contactPhone', 'accentColor'] as const;

function pick<Key extends keyof SettingsChanges>(changes: SettingsChanges, keys: readonly Key[]) {
  return Object.fromEntries(
    keys.filter((key) => changes[key] !== undefined).map((key) => [key, changes[key]]),
  ) as Pick<SettingsChanges, Key>;
}

/** Which changes belong to the tenant's own row, and which to its settings. */
export const splitChanges = (changes: SettingsChanges) => ({
  profile: pick(changes, PROFILE_FIELDS),
  settings: pick(changes, SETTING_FIELDS),
});
