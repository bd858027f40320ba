import {
  ConflictError,
  ForbiddenError,
  InvalidTransitionError,
  NotFoundError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { PaymentId } from '../ids.js';
import { PaymentRef } from './payment.graph.js';
import { REFUND_REASONS } from './refund-payment.service.js';

const RefundReasonEnum = builder.enumType('RefundReason', {
  description: 'Why money goes back.',
  values: REFUND_REASONS,
});

const RefundPaymentInput = builder.inputType('RefundPaymentInput', {
  description: 'What goes back, and why.',
  fields: (t) => ({
    paymentId: t.id({ description: 'Global id of the payment.' }),
    amount: t.field({
      type: 'MinorUnits',
      required: false,
      description: "How much, in the smallest unit of the payment's currency; all that is left when left out.",
    }),
    reason: t.field({ type: RefundReasonEnum, description: 'Why.' }),
    idempotencyKey: t.string({
      description: 'A key of your own, 1 to 255 printable ASCII characters: a repeat with it never refunds twice.',
    }),
  }),
});

builder.mutationFields((t) => ({
  refundPayment: t.field({
    type: PaymentRef,
    nullable: true,
    requiresScopes: [['billing:update']],
    errors: { types: [ValidationError, NotFoundError, ConflictError, InvalidTransitionError, ForbiddenError] },
    description: 'Gives money of a payment back to the card it came from.',
    args: { input: t.arg({ type: RefundPaymentInput, description: 'What goes back, and why.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.refunding.refund(request, { ...input, paymentId: PaymentId.require(input.paymentId) }),
  }),
}));
