/** How a test card behaves when it is charged or refunded. */
export interface TestCard {
  readonly brand: 'visa' | 'mastercard' | 'amex';
  readonly last4: string;
  readonly funding: 'credit' | 'debit';
  readonly charge:
    | { readonly kind: 'approve' }
    | { readonly kind: 'authenticate' }
    | {
        readonly kind: 'decline';
        readonly code: string;
        readonly declineCode: string;
        readonly message: string;
      };
  /** What becomes of a refund after it was answered. */
  readonly refund: 'succeeds' | 'is_pending_first' | 'fails_later';
}

const approved = (
  brand: TestCard['brand'],
  last4: string,
  funding: TestCard['funding'] = 'credit',
): TestCard => ({
  brand,
  last4,
  funding,
  charge: { kind: 'approve' },
  refund: 'succeeds',
});

const declined = (last4: string, code: string, declineCode: string, message: string): TestCard => ({
  ...approved('visa', last4),
  charge: { kind: 'decline', code, declineCode, message },
});

const challenged = (last4: string): TestCard => ({
  ...approved('visa', last4),
  charge: { kind: 'authenticate' },
});

const CARDS: Readonly<Record<string, TestCard>> = {
  pm_card_visa: approved('visa', '4242'),
  pm_card_visa_debit: approved('visa', '5556', 'debit'),
  pm_card_mastercard: approved('mastercard', '4444'),
  pm_card_amex: approved('amex', '8431'),
  pm_card_chargeDeclined: declined('0002', 'card_declined', 'generic_decline', 'Your card was declined.'),
  pm_card_chargeDeclinedInsufficientFunds: declined(
    '9995',
    'card_declined',
    'insufficient_funds',
    'Your card has insufficient funds.',
  ),
  pm_card_chargeDeclinedLostCard: declined('9987', 'card_declined', 'lost_card', 'Your card was declined.'),
  pm_card_chargeDeclinedStolenCard: declined(
    '9979',
    'card_declined',
    'stolen_card',
    'Your card was declined.',
  ),
  pm_card_chargeDeclinedFraudulent: declined(
    '0019',
    'card_declined',
    'fraudulent',
    'Your card was declined.',
  ),
  pm_card_chargeDeclinedExpiredCard: declined(
    '0069',
    'expired_card',
    'expired_card',
    'Your card has expired.',
  ),
  pm_card_chargeDeclinedIncorrectCvc: declined(
    '0127',
    'incorrect_cvc',
    'incorrect_cvc',
    "Your card's security code is incorrect.",
  ),
  pm_card_chargeDeclinedProcessingError: declined(
    '0119',
    'processing_error',
    'processing_error',
    'Your card could not be processed.',
  ),
  pm_card_authenticationRequired: challenged('3184'),
  pm_card_threeDSecure2Required: challenged('3220'),
  pm_card_pendingRefund: { ...approved('visa', '7726'), refund: 'is_pending_first' },
  pm_card_refundFail: { ...approved('visa', '5126'), refund: 'fails_later' },
};

/** The card behind one of Stripe's documented test payment method ids; undefined for any other id. */
export const testCard = (id: string): TestCard | undefined =>
  Object.hasOwn(CARDS, id) ? CARDS[id] : undefined;

/** The numbers under which Stripe's pages take those cards. */
const NUMBERS: Readonly<Record<string, string>> = {
  '4242424242424242': 'pm_card_visa',
  '4000056655665556': 'pm_card_visa_debit',
  '5555555555554444': 'pm_card_mastercard',
  '4000000000000002': 'pm_card_chargeDeclined',
  '4000000000009995': 'pm_card_chargeDeclinedInsufficientFunds',
  '4000000000000069': 'pm_card_chargeDeclinedExpiredCard',
  '4000002760003184': 'pm_card_authenticationRequired',
  '4000000000005126': 'pm_card_refundFail',
};

/** The test payment method id of a card number; undefined for any other number. */
export const testCardOfNumber = (number: string): string | undefined =>
  Object.hasOwn(NUMBERS, number) ? NUMBERS[number] : undefined;
