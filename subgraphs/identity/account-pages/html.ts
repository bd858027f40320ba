declare const safe: unique symbol;

/** Text that is HTML already. Everything else is escaped before it becomes part of a page. */
export interface Html {
  readonly [safe]: true;
  readonly text: string;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

/** Takes text for HTML. For what we wrote ourselves, never for what somebody gave. */
export const trusted = (text: string): Html => ({ text }) as Html;

export type Part = Html | string | number | null | readonly Html[];

function textOf(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part));
  return 'text' in part ? part.text : part.map(({ text }) => text).join('');
}

/** A template of HTML: what is put into it is escaped, unless it is HTML. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  trusted(strings.map((text, index) => text + textOf(parts[index] ?? null)).join(''));
