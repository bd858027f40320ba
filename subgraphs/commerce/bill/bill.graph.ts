import { builder } from '../builder.js';
import { BillId } from '../ids.js';
import { BookingId } from '../../booking/ids.js';
import type { LineState } from './bill-account.js';
import type { LineStanding } from './bill-query.service.js';
import { BILL_STATUSES } from './bill.js';
import type { BillRow } from './bill.store.js';

const BillStatusEnum = builder.enumType('BillStatus', {
  description: 'Whether something is owed.',
  values: BILL_STATUSES,
});

const BillLineStateEnum = builder.enumType('BillLineState', {
  description: 'What became of a booking, as far as its money goes.',
  values: {
    LIVE: { description: 'It is to be.' },
    DONE: { description: 'It is done.' },
    CANCELLED: { description: 'It was cancelled: only the fee is owed.' },
    MISSED: { description: 'The client did not come: only the fee is owed.' },
    EXPIRED: { description: 'Nobody paid for it in time: nothing is owed.' },
  } as const satisfies Record<LineState, { description: string }>,
});

const BillLineRef = builder.objectRef<LineStanding>('BillLine').implement({
  description: 'What one booking costs.',
  authenticated: true,
  fields: (t) => ({
    bookingId: t.id({ description: 'Global id of the booking.', resolve: (line) => BookingId.encode(line.bookingId) }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    state: t.expose('state', { type: BillLineStateEnum, description: 'What became of it.' }),
    price: t.expose('price', { type: 'Money', description: 'What it costs.' }),
    deposit: t.expose('deposit', { type: 'Money', description: 'What is asked for beforehand; zero for nothing.' }),
    fee: t.expose('fee', { type: 'Money', description: 'What cancelling late or staying away came to.' }),
    paid: t.expose('paid', { type: 'Money', description: 'What was paid on it and did not go back.' }),
    due: t.expose('due', { type: 'Money', description: 'What is still to be paid on it.' }),
  }),
});

export const BillRef = builder.objectRef<BillRow>('Bill').implement({
  description: 'What a booking costs, or several that were made together.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (bill) => BillId.encode(bill.id) }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    amount: t.field({
      type: 'Money',
      description: 'What is owed, or was.',
      resolve: ({ amount, currency }) => ({ amount: Number(amount), currency }),
    }),
    lines: t.field({
      type: [BillLineRef],
      description: 'What each booking on it costs.',
      resolve: async (bill, _args, { request, services }) => (await services.bills.standing(request, bill.id))?.lines ?? [],
    }),
    paid: t.field({
      type: 'Money',
      nullable: true,
      description: 'What was paid and did not go back, nor is on its way back.',
      resolve: async (bill, _args, { request, services }) => (await services.bills.standing(request, bill.id))?.paid ?? null,
    }),
    due: t.field({
      type: 'Money',
      nullable: true,
      description: 'What is still to be paid, a deposit or not.',
      resolve: async (bill, _args, { request, services }) => (await services.bills.standing(request, bill.id))?.due ?? null,
    }),
    dueNow: t.field({
      type: 'Money',
      nullable: true,
      description: 'What is to be paid next: the deposit where one is asked for and nothing has been paid, else all.',
      resolve: async (bill, _args, { request, services }) => (await services.bills.standing(request, bill.id))?.dueNow ?? null,
    }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is to be paid, which may be done before; null for at once.',
    }),
    status: t.expose('status', { type: BillStatusEnum, description: 'Whether it is still owed.' }),
  }),
});

builder.queryField('overdueBills', (t) =>
  t.connection(
    {
      type: BillRef,
      nullable: true,
      requiresScopes: [['billing:read']],
      description: 'What has come due and is still owed, the longest due first.',
      resolve: (_root, args, { request, services }) => services.bills.overdue(request, args),
    },
    { name: 'BillConnection', description: 'A page of bills.' },
    { name: 'BillEdge', description: 'A bill in a page.' },
  ),
);
