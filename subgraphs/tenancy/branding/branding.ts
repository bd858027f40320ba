import { z } from 'zod';
import { colourSchema, contrastOf } from '../../_kernel/branding/colour.js';
import { emailSchema, lineSchema } from '../../_kernel/validation/text.js';
import type { ChosenBrand } from '../../_kernel/branding/brand.js';

/** Text is legible from this contrast on (WCAG 2, AA). */
const LEGIBLE = 4.5;

/** What pages and mails show a colour on where a company has chosen no background. */
const PAGE = '#FFFFFF';

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

function issuesOn(background: string, field: string, colour: string): readonly ColourIssue[] {
  const contrast = contrastOf(colour, background);
  if (contrast >= LEGIBLE) return [];
  const told = (Math.floor(contrast * 100) / 100).toFixed(2);
  return [{ field, message: `must have a contrast of ${LEGIBLE}:1 to the background ${background}; it has ${told}:1` }];
}

/** What is wrong with an accent on the background that a company has chosen; on the page's where that is null. */
export const issuesOfAccent = (accentColor: string, background: string | null): readonly ColourIssue[] =>
  issuesOn(background ?? PAGE, 'accentColor', accentColor);

/** What is wrong with colours that are to be seen together. */
export function issuesOfColours(brand: Pick<Branding, 'accentColor' | 'backgroundColor' | 'textColor'>): readonly ColourIssue[] {
  const { accentColor, backgroundColor, textColor } = brand;
  if (backgroundColor === null && textColor === null) return issuesOfAccent(accentColor, null);
  if (backgroundColor === null) return [{ field: 'backgroundColor', message: 'must be chosen together with the colour of the text' }];
  if (textColor === null) return [{ field: 'textColor', message: 'must be chosen together with the background' }];
  return [...issuesOn(backgroundColor, 'textColor', textColor), ...issuesOfAccent(accentColor, backgroundColor)];
}
