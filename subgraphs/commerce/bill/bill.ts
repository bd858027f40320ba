import { ConflictError } from '../../_kernel/errors/domain-error.js';
import type { Principal } from '../../_kernel/wire/principal.js';

export const BILL_STATUSES = ['OPEN', 'PAID', 'VOID'] as const;
export type BillStatus = (typeof BILL_STATUSES)[number];

/** @throws {ConflictError} for a bill that nothing is owed on */
export function assertPayable(status: BillStatus): void {
  if (status === 'PAID') throw new ConflictError('This booking has been paid already');
  if (status === 'VOID') throw new ConflictError('Nothing is owed for this booking any more');
}

/** Whether it is this person's own bill. */
export const billBelongsTo = (bill: { readonly clientUserId: string | null }, principal: Principal): boolean =>
  principal.kind === 'member' && principal.userId === bill.clientUserId;
