import { escapeHtml } from '../../_kernel/http/escape-html.js';
import { moneyInWords } from '../../_kernel/money/money-words.js';
import type { Money } from '../../_kernel/money/money.js';

/** That a payment was made, and for what. */
export interface Receipt {
  readonly number: string;
  /** The company that was paid. */
  readonly company: string;
  readonly paidAt: Date;
  /** IANA: the company's. */
  readonly timeZone: string;
  readonly lines: readonly { readonly description: string; readonly amount: Money }[];
  readonly received: Money;
  /** What went back since. */
  readonly refunded: Money;
}

/** As a page that can be printed; nothing in it runs and nothing is fetched. */
export function receiptPage({ number, company, paidAt, timeZone, lines, received, refunded }: Receipt): string {
  const day = new Intl.DateTimeFormat('en-US', { timeZone, dateStyle: 'long' }).format(paidAt);
  const row = (label: string, amount: Money): string => `<tr><td>${escapeHtml(label)}</td><td>${escapeHtml(moneyInWords(amount))}</td></tr>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(`${number} · ${company}`)}</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:560px;margin:0 auto;padding:32px 16px;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse}td{padding:8px 0;border-bottom:1px solid;vertical-align:top}td+td{text-align:right;white-space:nowrap}tfoot td{font-weight:600}</style></head>
<body><main>
<h1>Receipt ${escapeHtml(number)}</h1>
<p>${escapeHtml(company)}, ${escapeHtml(day)}</p>
<table>
<tbody>${lines.map(({ description, amount }) => row(description, amount)).join('\n')}</tbody>
<tfoot>${row('Received', received)}${refunded.amount > 0 ? row('Paid back since', refunded) : ''}</tfoot>
</table>
</main></body>
</html>
`;
}
