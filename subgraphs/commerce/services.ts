import type { BillQueryService } from './bill/bill-query.service.js';
import type { CommissionRuleService } from './commission/commission-rule.service.js';
import type { CommissionService } from './commission/commission.service.js';
import type { LedgerService } from './ledger/ledger.service.js';
import type { PayForBookingService } from './payment/pay-for-booking.service.js';
import type { PaymentImportService } from './payment/payment-import.service.js';
import type { PaymentService } from './payment/payment.service.js';
import type { RefundPaymentService } from './payment/refund-payment.service.js';

/** What commerce's resolvers can call, and the seed. */
export interface CommerceServices {
  readonly bills: BillQueryService;
  readonly commissions: CommissionService;
  readonly commissionRules: CommissionRuleService;
  readonly payments: PaymentService;
  readonly paying: PayForBookingService;
  readonly refunding: RefundPaymentService;
  readonly ledger: LedgerService;
  readonly paymentImport: PaymentImportService;
}
