import { ConflictError } from '../../_kernel/errors/domain-error.js';
import { paymentOfReceipt, receiptPath } from '../../_kernel/receipts/receipt-link.js';
import type { Clock } from '../../_kernel/request/clock.js';
import type { Logger, RequestContext } from '../../_kernel/request/request-context.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { Envelope } from '../../_kernel/wire/envelope.js';
import { RECEIPTS_PATH } from '../../_kernel/wire/receipts.js';
import type { RouteRequest, RouteResponse, SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { addressAsked } from '../../_kernel/wire/tenant-address.js';
import type { CheckoutService } from '../checkout/checkout.service.js';
import { PaymentProviderUnavailableError } from '../payment/payment-provider.js';
import { awaitedPage, duePage, unavailablePage } from './due.js';
import { receiptPage } from './receipt.js';
import type { ReceiptService } from './receipt.service.js';

const HEADERS = {
  'cache-control': 'no-store',
  // The address is all it takes to see it.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
};

const NOT_FOUND: RouteResponse = {
  status: 404,
  headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' },
  body: 'There is no such receipt\n',
};

const HTML = 'text/html; charset=utf-8';

const shown = (body: string, name: string): RouteResponse => ({
  status: 200,
  headers: { ...HEADERS, 'content-type': HTML, 'content-disposition': `inline; filename="${name}.html"` },
  body,
});

const seeOther = (location: string): RouteResponse => ({ status: 303, headers: { ...HEADERS, location }, body: '' });

/** What the payment provider sends payers back with once they have paid. It proves nothing and only words the page. */
const PAID_SEARCH = '?paid';

/**
 * Shows receipts, and what is due where a payment failed, to whoever was sent their addresses, and takes whoever asks
 * for it there to the page at which the payment provider takes cards.
 */
export function receiptRoutes(parts: {
  readonly receipts: ReceiptService;
  readonly checkouts: CheckoutService;
  readonly secretBox: SecretBox;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
}): readonly SubgraphRoute[] {
  const { receipts, checkouts, secretBox, publicUrl, clock, logger } = parts;

  /** Of the payment whose address was asked, inside the company at whose address that was; null for any other address. */
  const opened = ({ path }: RouteRequest, { tenant, origin: { requestId } }: Envelope) => {
    const paymentId = paymentOfReceipt(secretBox, tenant.id, path);
    return paymentId === null ? null : { paymentId, context: systemContext({ name: 'receipts', tenant, clock, logger, requestId }) };
  };

  const show = async (context: RequestContext, paymentId: string, { search }: RouteRequest): Promise<RouteResponse> => {
    const receipt = await receipts.find(context, paymentId);
    if (receipt) return shown(receiptPage(receipt), receipt.number);
    const due = await receipts.findDue(context, paymentId);
    if (!due) return NOT_FOUND;
    return shown(search === PAID_SEARCH && due.due.amount > 0 ? awaitedPage(due) : duePage(due), 'due');
  };

  const takeCard = async (context: RequestContext, paymentId: string, { path }: RouteRequest, envelope: Envelope): Promise<RouteResponse> => {
    const due = await receipts.findDue(context, paymentId);
    if (!due) return (await receipts.find(context, paymentId)) ? seeOther(path) : NOT_FOUND;
    const { tenant } = context;
    const address = addressAsked(publicUrl, envelope);
    try {
      const page = await checkouts.open(context, paymentId, (madeId) => ({
        paidUrl: `${address}${receiptPath(secretBox, { tenantId: tenant.id, paymentId: madeId })}${PAID_SEARCH}`,
        backUrl: `${address}${path}`,
      }));
      return seeOther(page ?? path);
    } catch (error) {
      // The page itself tells of what is under way.
      if (error instanceof ConflictError) return seeOther(path);
      if (!(error instanceof PaymentProviderUnavailableError)) throw error;
      return { status: 503, headers: { ...HEADERS, 'content-type': HTML }, body: unavailablePage(tenant.name) };
    }
  };

  return [
    {
      method: 'GET',
      path: RECEIPTS_PATH,
      below: true,
      async handle(request, envelope) {
        const found = opened(request, envelope);
        return found ? show(found.context, found.paymentId, request) : NOT_FOUND;
      },
    },
    {
      method: 'POST',
      path: RECEIPTS_PATH,
      below: true,
      async handle(request, envelope) {
        const found = opened(request, envelope);
        return found ? takeCard(found.context, found.paymentId, request, envelope) : NOT_FOUND;
      },
    },
  ];
}
