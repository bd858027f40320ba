import { paymentOfReceipt } from '../../_kernel/receipts/receipt-link.js';
import type { Clock } from '../../_kernel/request/clock.js';
import type { Logger } from '../../_kernel/request/request-context.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import { RECEIPTS_PATH } from '../../_kernel/wire/receipts.js';
import type { RouteResponse, SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { duePage } from './due.js';
import { receiptPage } from './receipt.js';
import type { ReceiptService } from './receipt.service.js';

const HEADERS = {
  'cache-control': 'no-store',
  // The address is all it takes to see it.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
};

const NOT_FOUND: RouteResponse = {
  status: 404,
  headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' },
  body: 'There is no such receipt\n',
};

const shown = (body: string, name: string): RouteResponse => ({
  status: 200,
  headers: { ...HEADERS, 'content-type': 'text/html; charset=utf-8', 'content-disposition': `inline; filename="${name}.html"` },
  body,
});

/** Shows receipts, and what is due where a payment failed, to whoever was sent their addresses. */
export const receiptRoute = (parts: {
  readonly receipts: ReceiptService;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
  readonly logger: Logger;
}): SubgraphRoute => ({
  method: 'GET',
  path: RECEIPTS_PATH,
  below: true,
  async handle({ path }, { tenant, origin: { requestId } }) {
    const { receipts, secretBox, clock, logger } = parts;
    const paymentId = paymentOfReceipt(secretBox, tenant.id, path);
    if (paymentId === null) return NOT_FOUND;
    const context = systemContext({ name: 'receipts', tenant, clock, logger, requestId });
    const receipt = await receipts.find(context, paymentId);
    if (receipt) return shown(receiptPage(receipt), receipt.number);
    const due = await receipts.findDue(context, paymentId);
    return due ? shown(duePage(due), 'due') : NOT_FOUND;
  },
});
