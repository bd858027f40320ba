import { escapeHtml } from '../../_kernel/http/escape-html.js';
import type { Money } from '../../_kernel/money/money.js';
import { amountRow, paper } from './paper.js';

/** What is owed where a payment did not go through, as it stands now. */
export interface Due {
  /** The company that is owed. */
  readonly company: string;
  /** What was to be paid for. */
  readonly what: string;
  /** Those on which anything is due. */
  readonly lines: readonly { readonly description: string; readonly amount: Money }[];
  readonly due: Money;
}

/** Where people of a company sign in, at its own address. */
const SIGN_IN_PATH = '/account/sign-in';

/** As a page for whoever was to pay. */
export function duePage({ company, what, lines, due }: Due): string {
  const heading = `<h1>${escapeHtml(company)}</h1>`;
  if (due.amount === 0) return paper(company, `${heading}\n<p>Nothing is due any more for ${escapeHtml(what)}.</p>`);
  return paper(
    company,
    `${heading}
<p>A payment for ${escapeHtml(what)} did not go through, and no money was taken. This is due:</p>
<table>
<tbody>${lines.map(({ description, amount }) => amountRow(description, amount)).join('\n')}</tbody>
<tfoot>${amountRow('Due', due)}</tfoot>
</table>
<p><a href="${SIGN_IN_PATH}">Sign in to pay</a></p>`,
  );
}
