import { escapeHtml } from './html.js';

/** A mail as its template words it: paragraphs of plain text around at most one code and one link. */
export interface MailContent {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly code?: string;
  readonly action?: { readonly label: string; readonly link: string };
  /** Said in small print behind the action. */
  readonly footnote?: string;
}

export interface Brand {
  /** The company the mail comes from. */
  readonly name: string;
  /** Six hexadecimal digits behind a #. */
  readonly accentColor: string;
}

export function textOf({ paragraphs, code, action, footnote }: MailContent, brand: Brand): string {
  return [
    ...paragraphs,
    ...(code ? [`    ${code}`] : []),
    ...(action ? [`${action.label}:\n${action.link}`] : []),
    ...(footnote ? [footnote] : []),
    `-- \n${brand.name}`,
  ].join('\n\n');
}

/** One column, no pictures, no scripts, legible in clients that know little CSS and in dark mode. */
export function htmlOf({ subject, paragraphs, code, action, footnote }: MailContent, brand: Brand): string {
  const colour = /^#[0-9a-f]{6}$/i.test(brand.accentColor) ? brand.accentColor : '#3451B2';
  const paragraph = (text: string): string => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:560px;margin:0 auto">
<p style="margin:0 0 24px;font-weight:600;color:${colour}">${escapeHtml(brand.name)}</p>
${paragraphs.map(paragraph).join('\n')}
${code ? `<p style="margin:0 0 16px;font:600 28px/1 ui-monospace,monospace;letter-spacing:4px">${escapeHtml(code)}</p>` : ''}
${action ? `<p style="margin:0 0 24px"><a href="${escapeHtml(action.link)}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:${colour};color:#fff;text-decoration:none">${escapeHtml(action.label)}</a></p>` : ''}
${footnote ? `<p style="margin:0;font-size:13px;opacity:.75">${escapeHtml(footnote)}</p>` : ''}
</div>
</body>
</html>
`;
}
