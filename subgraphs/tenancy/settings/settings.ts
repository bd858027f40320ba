import { z } from 'zod';
import { colourSchema } from '../../_kernel/branding/colour.js';
import { timeZoneSchema } from '../../_kernel/time/time-zone.js';
import { lineSchema, localeSchema, phoneSchema, textSchema } from '../../_kernel/validation/text.js';
import { currencySchema, websiteSchema } from '../tenant/tenant.js';

/** From one start of an appointment that is offered to the next. */
export const slotMinutesSchema = z
  .int()
  .min(5, 'must be at least 5 minutes')
  .max(1_440, 'must be at most a day, 1440 minutes');

/** What an owner may change. A field that is left out stays as it is; null clears one that may be empty. */
export const settingsChangesSchema = z.object({
  name: lineSchema(120).optional(),
  timeZone: timeZoneSchema.optional(),
  currency: currencySchema.optional(),
  website: websiteSchema.nullable().optional(),
  description: textSchema(2_000).nullable().optional(),
  locale: localeSchema.optional(),
  contactEmail: z.email('must be an e-mail address').nullable().optional(),
  contactPhone: phoneSchema.nullable().optional(),
  accentColor: colourSchema.optional(),
  slotMinutes: slotMinutesSchema.optional(),
});

export type SettingsChanges = z.infer<typeof settingsChangesSchema>;

const PROFILE_FIELDS = ['name', 'timeZone', 'currency', 'website', 'description'] as const;
const SETTING_FIELDS = ['locale', 'contactEmail', 'contactPhone', 'accentColor', 'slotMinutes'] as const;

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
