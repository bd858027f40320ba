import { createHash } from 'node:crypto';
import { DEFAULT_ACCENT, isColour, textOn } from '../../_kernel/branding/colour.js';

export interface PageColours {
  /** As `#RRGGBB`. */
  readonly accentColor: string;
  /** As `#RRGGBB`, both or neither; without them pages are light or dark, as whoever reads them likes it. */
  readonly backgroundColor: string | null;
  readonly textColor: string | null;
}

/** One pair of colours, whatever she likes: legible as it was chosen, and not otherwise. */
const chosenColours = (background: string, text: string): string =>
  `:root{color-scheme:only light;--page:${background};--card:${background};--text:${text};--faint:${text};--line:${text};--bad:${text};--good:${text}}`;

const sheet = (accent: string, chosen: string): string => `
:root{color-scheme:light dark;--accent:${accent};--on-accent:${textOn(accent)};--page:#f4f5f7;--card:#fff;--text:#1b1d21;--faint:#565b64;--line:#8a909b;--bad:#a4161a;--good:#1d6b3a}
@media (prefers-color-scheme:dark){:root{--page:#131417;--card:#1d1f24;--text:#eceef1;--faint:#b0b6c0;--line:#727883;--bad:#ff9b9b;--good:#8ddca6}}
${chosen}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;padding:24px 16px;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{width:100%;max-width:420px;background:var(--card);border-top:4px solid var(--accent);border-radius:12px;padding:32px 24px;box-shadow:0 1px 3px rgba(0,0,0,.2);overflow-wrap:anywhere}
.logo{display:block;max-width:240px;max-height:64px;margin:0 0 16px}
.links{margin:24px 0 0;color:var(--faint);font-size:14px}
.company{margin:0;color:var(--faint);font-weight:600}
h1{margin:4px 0 24px;font-size:24px;line-height:1.25}
p{margin:0 0 16px}
label{display:block;margin:0 0 4px;font-weight:600}
.hint{margin:4px 0 0;color:var(--faint);font-size:14px}
.field{margin:0 0 20px}
input:not([type=hidden]){width:100%;min-height:44px;padding:8px 12px;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:8px}
input[aria-invalid=true]{border-color:var(--bad)}
button{width:100%;min-height:44px;padding:10px 16px;margin:0 0 12px;font:inherit;font-weight:600;border:1px solid var(--accent);border-radius:8px;background:var(--accent);color:var(--on-accent);cursor:pointer}
button.second{background:transparent;color:var(--text);border-color:var(--line)}
a{color:inherit}
input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid var(--text);outline-offset:2px}
.notice{margin:0 0 20px;padding:12px;border-left:4px solid var(--good);background:var(--page)}
.bad{border-color:var(--bad)}
.wrong{margin:4px 0 0;color:var(--bad);font-size:14px}
ul{margin:0 0 20px;padding-left:20px}
`;

export interface Style {
  readonly css: string;
  /** What a policy lets the sheet, and nothing else, in by. */
  readonly source: string;
}

/** What is no colour becomes the platform's own. */
export function styleOf({ accentColor, backgroundColor, textColor }: PageColours): Style {
  const chosen = [backgroundColor, textColor].filter((colour) => colour !== null && isColour(colour)) as string[];
  const [background, text] = chosen;
  const css = sheet(
    isColour(accentColor) ? accentColor : DEFAULT_ACCENT,
    background !== undefined && text !== undefined ? chosenColours(background, text) : '',
  );
  return { css, source: `'sha256-${createHash('sha256').update(css).digest('base64')}'` };
}
