import { z } from 'zod';
import { colourSchema, contrastOf } from '../../_kernel/branding/colour.js';
import { emailSchema, lineSchema } from '../../_kernel/validation/text.js';
import type { ChosenBrand } from '../../_kernel/branding/brand.js';

/** Text is legible from this contrast on, and what is not text can be made out (WCAG 2, AA). */
const LEGIBLE = 4.5;
const VISIBLE = 3;

/** Without a user in front of the host: nobody takes the one for the other. */
const pageSchema = z
  .string()
  .max(500, 'must be at most 500 characters long')
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, username, password } = new URL(text);
    return protocol === 'https:' && username === '' && password === '';
  }, 'must be an address that begins with https://');

const emptiable = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().optional();

/** A field that is left out stays as it is; null clears it. */
export const brandingChangesSchema = z.object({
  displayName: emptiable(lineSchema(80)),
  logoUrl: emptiable(pageSchema),
  accentColor: colourSchema.optional(),
  backgroundColor: emptiable(colourSchema),
  textColor: emptiable(colourSchema),
  supportEmail: emptiable(emailSchema),
  termsUrl: emptiable(pageSchema),
  privacyUrl: emptiable(pageSchema),
  imprintUrl: emptiable(pageSchema),
  mailSenderName: emptiable(lineSchema(60).regex(/^[^<>"@]*$/, 'must not contain <, >, " or @')),
});

/** How a company looks now. */
export interface Branding extends ChosenBrand {
  readonly accentColor: string;
  /** Whether its plan lets it look otherwise than by the colour. */
  readonly isCustom: boolean;
}

export interface ColourIssue {
  readonly field: string;
  readonly message: string;
}

/** What is wrong with colours that are to be seen together. */
export function issuesOfColours(brand: Pick<Branding, 'accentColor' | 'backgroundColor' | 'textColor'>): readonly ColourIssue[] {
  const { accentColor, backgroundColor, textColor } = brand;
  if (backgroundColor === null && textColor === null) return [];
  if (backgroundColor === null) return [{ field: 'backgroundColor', message: 'must be chosen together with the colour of the text' }];
  if (textColor === null) return [{ field: 'textColor', message: 'must be chosen together with the background' }];
  const told = (contrast: number): string => `${(Math.floor(contrast * 100) / 100).toFixed(2)}:1`;
  const text = contrastOf(textColor, backgroundColor);
  const accent = contrastOf(accentColor, backgroundColor);
  return [
    ...(text < LEGIBLE
      ? [{ field: 'textColor', message: `must have a contrast of ${LEGIBLE}:1 to the background; it has ${told(text)}` }]
      : []),
    ...(accent < VISIBLE
      ? [{ field: 'accentColor', message: `must have a contrast of ${VISIBLE}:1 to the background; it has ${told(accent)}` }]
      : []),
  ];
}
