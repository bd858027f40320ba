import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { findCustomerRef, keepCustomerRef } from './payer-customer.store.js';
import type { PaymentProvider } from './payment-provider.js';
import { setCustomerRef, type PaymentRow } from './payment.store.js';

/**
 * Whom the provider knows the payer of a payment as: where more may come due than is paid now, it is to know her, so as
 * to keep her card. Null for a payment that is all there is to pay.
 * @throws {PaymentProviderUnavailableError}
 */
export type PayerCustomers = (context: RequestContext, payment: PaymentRow) => Promise<string | null>;

export function createPayerCustomers(parts: {
  readonly tenants: TenantDatabase;
  readonly provider: PaymentProvider;
}): PayerCustomers {
  const { tenants, provider } = parts;

  return async (context, { id, purpose, bill, customerRef }) => {
    const { clientId } = bill;
    if (customerRef !== null) return customerRef;
    if (purpose !== 'DEPOSIT' || clientId === null) return null;
    const { id: tenantId } = context.tenant;
    const known = await findCustomerRef(tenants.of(context), clientId);
    const customer = { tenantId, name: `Client ${clientId}`, email: null };
    const ref = known ?? (await provider.createCustomer(customer, `customer-${tenantId}-${clientId}`));
    return tenants.transaction(context, async (db) => {
      const kept = await keepCustomerRef(db, clientId, ref);
      await setCustomerRef(db, id, kept, context.clock.now());
      return kept;
    });
  };
}
