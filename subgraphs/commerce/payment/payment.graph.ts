import {
  ConflictError,
  NotFoundError,
  PaymentDeclinedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { foreignEntity } from '../../_kernel/graphql/foreign-entity.js';
import { BookingId, ClientId } from '../../booking/ids.js';
import type { PaymentPurpose } from '../bill/bill-account.js';
import { BillRef } from '../bill/bill.graph.js';
import { builder } from '../builder.js';
import { PaymentId } from '../ids.js';
import { refundedAmount, type PaymentState } from './payment.js';
import { knownOf } from './known-payment.js';
import type { PaymentRow } from './payment.store.js';

const PaymentStatusEnum = builder.enumType('PaymentStatus', {
  description: 'Where a payment stands.',
  values: {
    REQUIRES_PAYMENT_METHOD: { description: 'Asked for; the bank has not been asked yet.' },
    PROCESSING: { description: 'The bank has agreed; the money is on its way.' },
    REQUIRES_ACTION: { description: 'The payer has to prove who she is, with the client secret.' },
    FAILED: { description: 'Declined. No money moved.' },
    CANCELLED: { description: 'Given up. No money moved.' },
    SUCCEEDED: { description: 'The money has come and is in the ledger.' },
    PARTIALLY_REFUNDED: { description: 'A part of it went back.' },
    REFUNDED: { description: 'All of it went back.' },
  } satisfies Record<PaymentState, { description: string }>,
});

const PaymentPurposeEnum = builder.enumType('PaymentPurpose', {
  description: 'What a payment is for.',
  values: {
    WHOLE: { description: 'All that is owed, at once.' },
    DEPOSIT: { description: 'What is paid beforehand at the least.' },
    REST: { description: 'What is left.' },
    FEE: { description: 'What cancelling late or staying away costs, charged to the card that was kept.' },
  } as const satisfies Record<PaymentPurpose, { description: string }>,
});

const PaymentMethodEnum = builder.enumType('PaymentMethod', {
  description: 'What a payment is made with.',
  values: { CARD: { description: 'Credit or debit card.' } },
});

const ClientRef = foreignEntity(builder, 'Client');

const BookingRef = builder.externalRef('Booking', builder.selection<{ id: string }>('id'));

export const PaymentRef = builder.objectRef<PaymentRow>('Payment').implement({
  description: 'One attempt to pay for a booking. Seen by the client whose bill it is and by those who keep the books.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (payment) => PaymentId.encode(payment.id) }),
    status: t.expose('status', { type: PaymentStatusEnum, description: 'Where it stands.' }),
    amount: t.field({
      type: 'Money',
      description: 'What is paid.',
      resolve: ({ amount, currency }) => ({ amount: Number(amount), currency }),
    }),
    refundedAmount: t.field({
      type: 'Money',
      description: 'What went back or is on its way back.',
      resolve: (payment) => ({ amount: refundedAmount(knownOf(payment)), currency: payment.currency }),
    }),
    purpose: t.expose('purpose', { type: PaymentPurposeEnum, description: 'What it is for.' }),
    method: t.expose('method', { type: PaymentMethodEnum, description: 'What it is made with.' }),
    bill: t.field({ type: BillRef, description: 'What it pays.', resolve: (payment) => payment.bill }),
    booking: t.field({
      type: BookingRef,
      nullable: true,
      description: 'The booking it is for.',
      resolve: ({ bill }) => ({ id: BookingId.encode(bill.bookingId) }),
    }),
    client: t.field({
      type: ClientRef,
      nullable: true,
      description: 'Whom the booking is for.',
      resolve: ({ bill }) => (bill.clientId === null ? null : { id: ClientId.encode(bill.clientId) }),
    }),
    declineCode: t.exposeString('declineCode', {
      nullable: true,
      description: "The bank's reason for declining, such as `insufficient_funds`, when it gave one.",
    }),
    clientSecret: t.string({
      nullable: true,
      description: 'With which the payer proves who she is; for her alone, and only while REQUIRES_ACTION.',
      resolve: (payment, _args, { request, services }) => services.payments.clientSecretFor(request, payment),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    succeededAt: t.expose('succeededAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the money came; null while it has not.',
    }),
  }),
});

builder.asEntity(PaymentRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { request, services }) => {
    const uuid = PaymentId.decode(id);
    return uuid === null ? null : services.payments.find(request, uuid);
  },
});

BookingRef.implement({
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (booking) => booking.id }),
    bill: t.field({
      type: BillRef,
      nullable: true,
      authenticated: true,
      description: 'The bill it is on, alone or with what it was made together with. Null unless it is yours to see.',
      resolve: ({ id }, _args, { request, services }) => {
        const uuid = BookingId.decode(id);
        return uuid === null ? null : services.payments.billOfBooking(request, uuid);
      },
    }),
    payment: t.field({
      type: PaymentRef,
      nullable: true,
      authenticated: true,
      description: 'The payment that brought the money, else the latest attempt. Null unless it is yours to see.',
      resolve: ({ id }, _args, { request, services }) => {
        const uuid = BookingId.decode(id);
        return uuid === null ? null : services.payments.decisiveOfBooking(request, uuid);
      },
    }),
    payments: t.field({
      type: [PaymentRef],
      nullable: true,
      authenticated: true,
      description: 'Every attempt to pay, newest first. Null unless they are yours to see.',
      resolve: ({ id }, _args, { request, services }) => {
        const uuid = BookingId.decode(id);
        return uuid === null ? null : services.payments.ofBooking(request, uuid);
      },
    }),
  }),
});

const PayForBookingInput = builder.inputType('PayForBookingInput', {
  description: 'What is paid, and with what.',
  fields: (t) => ({
    bookingId: t.id({ description: 'Global id of the booking.' }),
    paymentMethodId: t.string({ description: "The payment provider's id of the card, such as `pm_card_visa`." }),
    whole: t.boolean({
      required: false,
      description: 'Pays all that is due, although a deposit would do.',
    }),
    idempotencyKey: t.string({
      description: 'A key of your own, 1 to 255 printable ASCII characters: a repeat with it never pays twice.',
    }),
  }),
});

builder.queryFields((t) => ({
  payment: t.field({
    type: PaymentRef,
    nullable: true,
    authenticated: true,
    description: 'A payment by its id; null for an unknown one and for one that is not yours to see.',
    args: { id: t.arg.id({ description: 'Global id of the payment.' }) },
    resolve: (_root, { id }, { request, services }) => {
      const uuid = PaymentId.decode(id);
      return uuid === null ? null : services.payments.find(request, uuid);
    },
  }),
  payments: t.connection(
    {
      type: PaymentRef,
      nullable: true,
      requiresScopes: [['billing:read']],
      description: 'All payments, newest first.',
      resolve: (_root, args, { request, services }) => services.payments.list(request, args),
    },
    { name: 'PaymentConnection', description: 'A page of payments.' },
    { name: 'PaymentEdge', description: 'A payment in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  payForBooking: t.field({
    type: PaymentRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, NotFoundError, ConflictError, PaymentDeclinedError] },
    description:
      'Pays for a booking by card: your own, or with `billing:create` any. Where a deposit is asked for, that comes ' +
      'first and the rest by a further payment; bookings made together are paid together. The answer is PROCESSING, or ' +
      'REQUIRES_ACTION where the bank wants the payer to prove who she is; the booking is confirmed when the money ' +
      'has come.',
    args: { input: t.arg({ type: PayForBookingInput, description: 'What is paid, and with what.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.paying.pay(request, {
        ...input,
        whole: input.whole ?? false,
        bookingId: BookingId.require(input.bookingId),
      }),
  }),
}));
