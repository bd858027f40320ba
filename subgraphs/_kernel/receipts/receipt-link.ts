import type { SecretBox } from '../secrets/secret-box.js';
import { isUuid } from '../request/ids.js';
import { RECEIPTS_PATH } from '../wire/receipts.js';
import { addressOfTenant } from '../wire/tenant-address.js';
import type { TenantIdentity } from '../wire/tenant.js';

const purposeOf = (tenantId: string): string => `receipt:${tenantId}`;

/**
 * The path of a payment's receipt, or of what is due where the payment failed, for whoever is given it: it opens this
 * one payment of this one company, and nothing tells what it is.
 */
export const receiptPath = (secretBox: SecretBox, { tenantId, paymentId }: { readonly tenantId: string; readonly paymentId: string }): string =>
  `${RECEIPTS_PATH}/${secretBox.seal(paymentId, purposeOf(tenantId))}`;

/** The whole address of it, at the company's own. */
export const receiptAddress = (
  { secretBox, publicUrl }: { readonly secretBox: SecretBox; readonly publicUrl: string },
  tenant: TenantIdentity,
  paymentId: string,
): string => addressOfTenant(publicUrl, tenant) + receiptPath(secretBox, { tenantId: tenant.id, paymentId });

/** The payment whose receipt a path shows at a company; null for a path that was not made for it. */
export function paymentOfReceipt(secretBox: SecretBox, tenantId: string, path: string): string | null {
  if (!path.startsWith(`${RECEIPTS_PATH}/`) || path.length > 400) return null;
  try {
    const paymentId = secretBox.open(path.slice(RECEIPTS_PATH.length + 1), purposeOf(tenantId));
    return isUuid(paymentId) ? paymentId : null;
  } catch {
    // Altered, or another company's: nobody is told which.
    return null;
  }
}

/** What people call a receipt by, such as `RC-20270502-7F3A09C1`. @param paidAt the day is that of UTC */
export const receiptNumber = (paymentId: string, paidAt: Date): string =>
  `RC-${paidAt.toISOString().slice(0, 10).replaceAll('-', '')}-${paymentId.slice(-8).toUpperCase()}`;
