import { z } from 'zod';

export const DEFAULT_ACCENT = '#3451B2';

const COLOUR = /^#[0-9A-Fa-f]{6}$/;

export const isColour = (text: string): boolean => COLOUR.test(text);

/** A colour as `#RRGGBB`. */
export const colourSchema = z.string().regex(COLOUR, 'must be a colour such as #3451B2');

/** How light a colour looks, from 0 to 1 (WCAG 2, relative luminance). */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** How well one colour is told from another, from 1 for not at all to 21 (WCAG 2, contrast ratio). */
export function contrastOf(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Black or white, whichever is easier to read on the colour. */
export const textOn = (colour: string): '#000000' | '#FFFFFF' => (luminanceOf(colour) > 0.179 ? '#000000' : '#FFFFFF');
