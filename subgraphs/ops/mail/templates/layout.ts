import type { MailedCalendar } from '../../../_kernel/mail/mail.js';
import { DEFAULT_ACCENT, isColour, textOn } from '../../../_kernel/branding/colour.js';
import { escapeHtml } from '../../../_kernel/http/escape-html.js';

/** A mail as its template words it: paragraphs of plain text around at most one code and one link. */
export interface MailContent {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly code?: string;
  readonly action?: { readonly label: string; readonly link: string };
  /** Said in small print behind the action. */
  readonly footnote?: string;
  /** For the recipient's calendar program. */
  readonly calendar?: MailedCalendar;
}

export interface Brand {
  /** The company the mail comes from. */
  readonly name: string;
  /** Six hexadecimal digits behind a #. */
  readonly accentColor: string;
  /** Behind https. */
  readonly logoUrl?: string | null;
  /** Where people write who need help. */
  readonly supportEmail?: string | null;
  /** Its terms and the like, by what they are called. */
  readonly links?: readonly { readonly label: string; readonly url: string }[];
}

/** Whom to ask, and what law has a company say of itself. */
const smallPrintOf = ({ supportEmail, links = [] }: Brand): readonly { readonly label: string; readonly url: string }[] => [
  ...(supportEmail ? [{ label: 'Help', url: `mailto:${supportEmail}` }] : []),
  ...links,
];

export function textOf({ paragraphs, code, action, footnote }: MailContent, brand: Brand): string {
  return [
    ...paragraphs,
    ...(code ? [`    ${code}`] : []),
    ...(action ? [`${action.label}:\n${action.link}`] : []),
    ...(footnote ? [footnote] : []),
    [`-- \n${brand.name}`, ...smallPrintOf(brand).map(({ label, url }) => `${label}: ${url.replace(/^mailto:/, '')}`)].join('\n'),
  ].join('\n\n');
}

/** One column, no picture but the company's logo, no scripts, legible in clients that know little CSS and in dark mode. */
export function htmlOf({ subject, paragraphs, code, action, footnote }: MailContent, brand: Brand, locale: string): string {
  const colour = isColour(brand.accentColor) ? brand.accentColor : DEFAULT_ACCENT;
  const logo = brand.logoUrl
    ? `<p style="margin:0 0 16px"><img src="${escapeHtml(brand.logoUrl)}" alt="${escapeHtml(brand.name)}" style="max-width:240px;max-height:64px"></p>`
    : '';
  const smallPrint = smallPrintOf(brand)
    .map(({ label, url }) => `<a href="${escapeHtml(url)}" style="color:inherit">${escapeHtml(label)}</a>`)
    .join(' · ');
  const paragraph = (text: string): string => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`;
  return `<!doctype html>
<html lang="${escapeHtml(locale)}">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:560px;margin:0 auto">
${logo}
<p style="margin:0 0 24px;font-weight:600;color:${colour}">${escapeHtml(brand.name)}</p>
${paragraphs.map(paragraph).join('\n')}
${code ? `<p style="margin:0 0 16px;font:600 28px/1 ui-monospace,monospace;letter-spacing:4px">${escapeHtml(code)}</p>` : ''}
${action ? `<p style="margin:0 0 24px"><a href="${escapeHtml(action.link)}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:${colour};color:${textOn(colour)};text-decoration:none">${escapeHtml(action.label)}</a></p>` : ''}
${footnote ? `<p style="margin:0;font-size:13px;opacity:.75">${escapeHtml(footnote)}</p>` : ''}
${smallPrint ? `<p style="margin:24px 0 0;font-size:13px;opacity:.75">${smallPrint}</p>` : ''}
</div>
</body>
</html>
`;
}
