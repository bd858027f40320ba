/** Why a payment was refused before any bank was asked; kept in place of a decline code. */
export const PAYMENT_REFUSALS = {
  unknownPaymentMethod: 'payment_method_unknown',
  amountNotChargeable: 'amount_not_chargeable',
} as const;
