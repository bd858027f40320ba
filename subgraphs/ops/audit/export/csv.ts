/** What a spreadsheet takes for the beginning of a formula, also written in full width. */
const FORMULA = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u;

/**
 * One cell by RFC 4180, always in quotes. What a spreadsheet would run is text with an apostrophe before it.
 * @param value null is empty
 */
function cell(value: string | null): string {
  const text = value ?? '';
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** One line with its line break. */
export const csvLine = (values: readonly (string | null)[]): string => `${values.map(cell).join(',')}\r\n`;
