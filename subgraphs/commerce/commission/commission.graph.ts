import { BookingId, ProviderId, ServiceId } from '../../booking/ids.js';
import { builder } from '../builder.js';
import { CommissionId } from '../ids.js';
import { ProviderRef, ServiceRef } from './commission-rule.graph.js';
import type { CommissionRow, CommissionTotal } from './commission.store.js';

const CommissionRef = builder.objectRef<CommissionRow>('Commission').implement({
  description: 'What somebody gets for a booking that she has done.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => CommissionId.encode(id) }),
    bookingId: t.id({ description: 'Global id of the booking.', resolve: ({ bookingId }) => BookingId.encode(bookingId) }),
    provider: t.field({
      type: ProviderRef,
      nullable: true,
      description: 'Who did it.',
      resolve: ({ providerId }) => ({ id: ProviderId.encode(providerId) }),
    }),
    service: t.field({
      type: ServiceRef,
      nullable: true,
      description: 'What was done.',
      resolve: ({ serviceId }) => ({ id: ServiceId.encode(serviceId) }),
    }),
    month: t.exposeString('month', { description: "The month it belongs to on the company's calendar, such as 2027-01." }),
    base: t.field({
      type: 'Money',
      description: 'What the booking cost.',
      resolve: ({ base, currency }) => ({ amount: Number(base), currency }),
    }),
    earned: t.field({
      type: 'Money',
      description: 'Her share when it was done.',
      resolve: ({ amount, currency }) => ({ amount: Number(amount), currency }),
    }),
    takenBack: t.field({
      type: 'Money',
      description: 'What of it is not hers, because the client got money back.',
      resolve: ({ reversed, currency }) => ({ amount: Number(reversed), currency }),
    }),
    earnedAt: t.expose('earnedAt', { type: 'DateTime', description: 'When it was done.' }),
  }),
});

const CommissionTotalRef = builder.objectRef<CommissionTotal>('CommissionTotal').implement({
  description: 'What the commissions of somebody come to, in one currency.',
  authenticated: true,
  fields: (t) => ({
    provider: t.field({
      type: ProviderRef,
      nullable: true,
      description: 'Whose they are.',
      resolve: ({ providerId }) => ({ id: ProviderId.encode(providerId) }),
    }),
    bookings: t.exposeInt('bookings', { description: 'How many bookings they are for.' }),
    turnover: t.field({
      type: 'Money',
      description: 'What those cost.',
      resolve: ({ turnover: amount, currency }) => ({ amount, currency }),
    }),
    earned: t.field({
      type: 'Money',
      description: 'Her share when they were done.',
      resolve: ({ earned: amount, currency }) => ({ amount, currency }),
    }),
    takenBack: t.field({
      type: 'Money',
      description: 'What of it is not hers, because clients got money back.',
      resolve: ({ takenBack: amount, currency }) => ({ amount, currency }),
    }),
    due: t.field({
      type: 'Money',
      description: 'What is left.',
      resolve: ({ earned, takenBack, currency }) => ({ amount: earned - takenBack, currency }),
    }),
  }),
});

/** Null for an id that is none of a provider. */
const providerOf = (given: string | null | undefined): string | null | undefined =>
  given == null ? undefined : ProviderId.decode(given);

builder.queryFields((t) => ({
  commissions: t.connection(
    {
      type: CommissionRef,
      nullable: true,
      authenticated: true,
      description: 'Commissions, newest first: with `billing:read` everybody’s, else your own.',
      args: {
        providerId: t.arg.id({ required: false, description: 'Global id of the one provider whose they are.' }),
        month: t.arg.string({ required: false, description: 'Of one month, such as 2027-01.' }),
      },
      resolve: (_root, { providerId, month, ...args }, { request, services }) => {
        const uuid = providerOf(providerId);
        return uuid === null ? null : services.commissions.list(request, { providerId: uuid, month }, args);
      },
    },
    { name: 'CommissionConnection', description: 'A page of commissions.' },
    { name: 'CommissionEdge', description: 'A commission in a page.' },
  ),
  commissionTotals: t.field({
    type: [CommissionTotalRef],
    nullable: true,
    authenticated: true,
    description: 'What commissions come to, by provider and currency: with `billing:read` everybody’s, else your own.',
    args: {
      providerId: t.arg.id({ required: false, description: 'Global id of the one provider whose they are.' }),
      month: t.arg.string({ required: false, description: 'Of one month, such as 2027-01; of all when left out.' }),
    },
    resolve: (_root, { providerId, month }, { request, services }) => {
      const uuid = providerOf(providerId);
      return uuid === null ? null : services.commissions.totals(request, { providerId: uuid, month });
    },
  }),
}));
