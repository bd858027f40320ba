import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { TenantPolicies } from '../../_kernel/policy/tenant-policies.js';
import { hasPermission, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { billBelongsTo } from '../bill/bill.js';
import type { BillRow } from '../bill/bill.store.js';
import type { PaymentLoaders } from './payment.loader.js';
import { paymentResource, paymentsLeftBy } from './payment-policy.js';
import { findPaymentsPage, PAYMENT_SORT, type PaymentRow } from './payment.store.js';

/** Reading payments: the client whose bill it is sees hers, `billing:read` sees all, as policies leave it; nobody else learns of any. */
export interface PaymentService {
  /** Null for a payment that is unknown or not to be seen. */
  find(context: RequestContext, id: string): Promise<PaymentRow | null>;
  /** All attempts to pay a booking, newest first; null when they are not to be seen or nothing is owed. */
  ofBooking(context: RequestContext, bookingId: string): Promise<PaymentRow[] | null>;
  /** The bill that a booking is on; null when it is not to be seen or nothing is owed. */
  billOfBooking(context: RequestContext, bookingId: string): Promise<BillRow | null>;
  /** The latest attempt that brought the money, else the latest; null without one. */
  decisiveOfBooking(context: RequestContext, bookingId: string): Promise<PaymentRow | null>;
  /**
   * Newest first.
   * @throws {ForbiddenError} without `billing:read`
   */
  list(context: RequestContext, args: PageArgs): Promise<Connection<PaymentRow>>;
  /** The secret with which the payer's browser takes the step she owes; null for everybody else and otherwise. */
  clientSecretFor(context: RequestContext, payment: PaymentRow): string | null;
}

export function createPaymentService(parts: {
  readonly tenants: TenantDatabase;
  readonly loaders: PaymentLoaders;
  readonly policies: TenantPolicies;
}): PaymentService {
  const { tenants, loaders, policies } = parts;

  const maySee = (context: RequestContext, bill: BillRow): boolean =>
    hasPermission(context, 'billing:read') || billBelongsTo(bill, context.principal);

  const ofBooking = async (context: RequestContext, bookingId: string): Promise<PaymentRow[] | null> => {
    const bill = await context.loaders.of(context, loaders.billByBookingId).load(bookingId);
    if (!bill) return null;
    const judge = await policies.of(context);
    const decisions = judge.decideAll('payment:read', bill.payments.map(paymentResource));
    const visible = bill.payments.filter((_payment, at) => decisions[at]?.allowed === true);
    return visible.length > 0 || maySee(context, bill) ? visible : null;
  };

  return {
    async billOfBooking(context, bookingId) {
      const bill = await context.loaders.of(context, loaders.billByBookingId).load(bookingId);
      return bill && maySee(context, bill) ? bill : null;
    },
    async find(context, id) {
      const payment = await context.loaders.of(context, loaders.byId).load(id);
      if (!payment) return null;
      const judge = await policies.of(context);
      return judge.decide('payment:read', paymentResource(payment)).allowed ? payment : null;
    },
    ofBooking,
    async decisiveOfBooking(context, bookingId) {
      const payments = await ofBooking(context, bookingId);
      return payments?.find((payment) => payment.succeededAt !== null) ?? payments?.[0] ?? null;
    },
    async list(context, args) {
      requirePermission(context, 'billing:read');
      const page = pageOf(args, PAYMENT_SORT);
      const visible = paymentsLeftBy((await policies.of(context)).rowFilter('payment:read', 'Payment'));
      const rows = await findPaymentsPage(tenants.of(context), visible, page);
      return connectionOf(page, rows, (row) => [row.createdAt, row.id]);
    },
    clientSecretFor({ principal }, payment) {
      const isPayer = principal.kind === 'member' && principal.userId === payment.payerUserId;
      return isPayer && payment.status === 'REQUIRES_ACTION' ? payment.clientSecret : null;
    },
  };
}
