import { z } from 'zod';

const atMost = (characters: number): string => `must be at most ${characters} characters long`;
/** Halves of surrogate pairs count as such: no database and no URL can hold them. */
const NO_CONTROL_CHARACTERS = 'must not contain control characters';

/** One line that says something, such as a name; blanks around it are cut off. */
export const lineSchema = (longest: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(longest, atMost(longest))
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, NO_CONTROL_CHARACTERS);

/** Any number of lines, also none; blanks around them are cut off. */
export const textSchema = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest, atMost(longest))
    .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u, NO_CONTROL_CHARACTERS);

/** An e-mail address, in lower case. */
export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, atMost(254))
  .pipe(z.email('must be an e-mail address'));

/** A telephone number as E.164. */
export const phoneSchema = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'must be an international number such as +4930123456');

const isLocale = (value: string): boolean => {
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
};

/** A BCP 47 language tag. */
export const localeSchema = z.string().refine(isLocale, 'must be a BCP 47 language tag such as en-GB');
