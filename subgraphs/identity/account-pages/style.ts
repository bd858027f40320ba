import { createHash } from 'node:crypto';

export const DEFAULT_ACCENT = '#3451B2';
const COLOUR = /^#[0-9a-f]{6}$/i;

/** How light a colour looks, from 0 to 1 (WCAG 2, relative luminance). */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Black or white, whichever is easier to read on the colour. */
export const textOn = (colour: string): '#000000' | '#FFFFFF' => (luminanceOf(colour) > 0.179 ? '#000000' : '#FFFFFF');

const sheet = (accent: string): string => `
:root{color-scheme:light dark;--accent:${accent};--on-accent:${textOn(accent)};--page:#f4f5f7;--card:#fff;--text:#1b1d21;--faint:#565b64;--line:#8a909b;--bad:#a4161a;--good:#1d6b3a}
@media (prefers-color-scheme:dark){:root{--page:#131417;--card:#1d1f24;--text:#eceef1;--faint:#b0b6c0;--line:#727883;--bad:#ff9b9b;--good:#8ddca6}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;padding:24px 16px;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{width:100%;max-width:420px;background:var(--card);border-top:4px solid var(--accent);border-radius:12px;padding:32px 24px;box-shadow:0 1px 3px rgba(0,0,0,.2);overflow-wrap:anywhere}
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

/** @param accent as `#RRGGBB`; anything else becomes the platform's own */
export function styleOf(accent: string): Style {
  const css = sheet(COLOUR.test(accent) ? accent : DEFAULT_ACCENT);
  return { css, source: `'sha256-${createHash('sha256').update(css).digest('base64')}'` };
}
