import { escapeHtml } from '../../_kernel/http/escape-html.js';
import type { Money } from '../../_kernel/money/money.js';
import { moneyInWords } from '../../_kernel/money/money-words.js';
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
  /** What can be paid at once: a deposit or all of it. Null while a payment is under way, and where nothing is due. */
  readonly payable: Money | null;
}

/** How long the address of a payment that failed shows what is due: whoever owes it then signs in, or is written to again. */
export const DUE_SHOWN_FOR_MS = 90 * 86_400_000;

/** Where people of a company sign in, at its own address. */
const SIGN_IN_PATH = '/account/sign-in';

/** After how many seconds a page that tells of a payment under way looks again. */
const LOOK_AGAIN_SECONDS = 3;

/** Asks by POST to the page's own address: whoever was given that may pay, and nothing else says who it is. */
const payForm = (amount: Money): string =>
  `<form method="post"><button>Pay ${escapeHtml(moneyInWords(amount))} by card</button></form>
<p>or <a href="${SIGN_IN_PATH}">sign in</a> to see all your bookings.</p>`;

/** As a page for whoever was to pay. */
export function duePage({ company, what, lines, due, payable }: Due): string {
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
${payable ? payForm(payable) : '<p>A payment is under way.</p>'}`,
  );
}

/** While the news of a payment that the payer has just made is on its way. */
export const awaitedPage = ({ company, what }: Due): string =>
  paper(
    company,
    `<h1>${escapeHtml(company)}</h1>
<p>Thank you. Your payment for ${escapeHtml(what)} is being confirmed; its receipt appears here in a moment.</p>`,
    LOOK_AGAIN_SECONDS,
  );

/** When the payment provider does not answer. */
export const unavailablePage = (company: string): string =>
  paper(company, `<h1>${escapeHtml(company)}</h1>\n<p>Cards cannot be taken at the moment. Please try again in a few minutes.</p>`);
