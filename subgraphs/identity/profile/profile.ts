import { z } from 'zod';
import { timeZoneSchema } from '../../_kernel/time/time-zone.js';
import { localeSchema, phoneSchema, textSchema } from '../../_kernel/validation/text.js';
import { displayNameSchema } from '../user/user.js';

const pictureSchema = z
  .string()
  .max(2_000, 'must be at most 2000 characters long')
  .refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:', 'must be an https URL');

/** What a person may say of herself; what is left out stays, null removes it. */
export const profileSchema = z.object({
  displayName: displayNameSchema.optional(),
  phone: phoneSchema.nullish(),
  locale: localeSchema.nullish(),
  timeZone: timeZoneSchema.nullish(),
  pictureUrl: pictureSchema.nullish(),
  about: textSchema(2_000).nullish(),
});

type Given = z.output<typeof profileSchema>;

export type ProfileChanges = { readonly [Field in keyof Given]?: Exclude<Given[Field], undefined> };

/** What was given, without what was left out. */
export const changesIn = (given: Given): ProfileChanges =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
