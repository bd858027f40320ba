import { escapeHtml } from '../../_kernel/http/escape-html.js';
import type { Money } from '../../_kernel/money/money.js';
import { amountRow, paper } from './paper.js';

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

/** As a page that can be printed. */
export function receiptPage({ number, company, paidAt, timeZone, lines, received, refunded }: Receipt): string {
  const day = new Intl.DateTimeFormat('en-US', { timeZone, dateStyle: 'long' }).format(paidAt);
  return paper(
    `${number} · ${company}`,
    `<h1>Receipt ${escapeHtml(number)}</h1>
<p>${escapeHtml(company)}, ${escapeHtml(day)}</p>
<table>
<tbody>${lines.map(({ description, amount }) => amountRow(description, amount)).join('\n')}</tbody>
<tfoot>${amountRow('Received', received)}${refunded.amount > 0 ? amountRow('Paid back since', refunded) : ''}</tfoot>
</table>`,
  );
}
