import { escapeHtml } from '../../_kernel/http/escape-html.js';
import { moneyInWords } from '../../_kernel/money/money-words.js';
import type { Money } from '../../_kernel/money/money.js';

/** A line of a table of amounts, as HTML. */
export const amountRow = (label: string, amount: Money): string =>
  `<tr><td>${escapeHtml(label)}</td><td>${escapeHtml(moneyInWords(amount))}</td></tr>`;

/**
 * A page that can be printed; nothing in it runs and nothing is fetched.
 * @param body HTML
 * @param lookAgain after how many seconds the browser asks for it again; never unless told
 */
export const paper = (title: string, body: string, lookAgain?: number): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>${lookAgain === undefined ? '' : `<meta http-equiv="refresh" content="${lookAgain}">`}
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:560px;margin:0 auto;padding:32px 16px;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse}td{padding:8px 0;border-bottom:1px solid;vertical-align:top}td+td{text-align:right;white-space:nowrap}tfoot td{font-weight:600}button{font:inherit;padding:8px 16px}</style></head>
<body><main>
${body}
</main></body>
</html>
`;
