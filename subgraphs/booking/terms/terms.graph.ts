import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { ServiceRef } from '../catalogue/catalogue.graph.js';
import { ServiceId } from '../ids.js';
import { BookingRef } from '../reservation/reservation.graph.js';
import type { BookingRow } from '../reservation/reservation.store.js';
import { freeUntil, type ServiceTerms } from './terms.js';

const ServiceTermsRef = builder.objectRef<ServiceTerms>('ServiceTerms').implement({
  description: 'What a service asks of those who cancel late, stay away, or book at all; percent of the price.',
  fields: (t) => ({
    cancellationWindowMinutes: t.exposeInt('cancellationWindowMinutes', {
      description: 'Who cancels later than this before the start owes the fee.',
    }),
    cancellationFeePercent: t.exposeInt('cancellationFeePercent', { description: 'What she owes then.' }),
    noShowFeePercent: t.exposeInt('noShowFeePercent', { description: 'What is owed by who does not come.' }),
    depositPercent: t.exposeInt('depositPercent', { description: 'What is paid beforehand at the least.' }),
  }),
});

builder.objectField(ServiceRef, 'terms', (t) =>
  t.field({ type: ServiceTermsRef, description: 'The terms of new bookings.', resolve: (service) => service }),
);

const moneyOf = (amount: bigint, { priceCurrency: currency }: BookingRow) => ({ amount: Number(amount), currency });

const BookingTermsRef = builder.objectRef<BookingRow>('BookingTerms').implement({
  description: 'The terms a booking was made on. They stay what they were.',
  authenticated: true,
  fields: (t) => ({
    cancellationFreeUntil: t.field({
      type: 'DateTime',
      description: 'Until when cancelling costs nothing.',
      resolve: freeUntil,
    }),
    cancellationFee: t.field({
      type: 'Money',
      description: 'What cancelling later costs the client.',
      resolve: (booking) => moneyOf(booking.cancellationFeeAmount, booking),
    }),
    noShowFee: t.field({
      type: 'Money',
      description: 'What staying away costs her.',
      resolve: (booking) => moneyOf(booking.noShowFeeAmount, booking),
    }),
    deposit: t.field({
      type: 'Money',
      description: 'What is paid beforehand at the least.',
      resolve: (booking) => moneyOf(booking.depositAmount, booking),
    }),
  }),
});

builder.objectFields(BookingRef, (t) => ({
  terms: t.field({ type: BookingTermsRef, description: 'The terms it was made on.', resolve: (booking) => booking }),
  fee: t.field({
    type: 'Money',
    nullable: true,
    description: 'What the client owes because she cancelled late or did not come; null when nothing.',
    resolve: (booking) => (booking.feeAmount === 0n ? null : moneyOf(booking.feeAmount, booking)),
  }),
}));

const SetServiceTermsInput = builder.inputType('SetServiceTermsInput', {
  description: 'The terms of new bookings of a service.',
  fields: (t) => ({
    serviceId: t.id({ description: 'Global id of the service.' }),
    cancellationWindowMinutes: t.int({ description: 'Who cancels later than this owes the fee; 0 to 525600.' }),
    cancellationFeePercent: t.int({ description: 'What she owes then, 0 to 100 percent.' }),
    noShowFeePercent: t.int({ description: 'What is owed by who does not come, 0 to 100 percent.' }),
    depositPercent: t.int({ description: 'What is paid beforehand at the least, 0 to 100 percent.' }),
  }),
});

builder.mutationField('setServiceTerms', (t) =>
  t.field({
    type: ServiceRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: 'Sets the terms of new bookings of a service; bookings there are keep theirs.',
    args: { input: t.arg({ type: SetServiceTermsInput, description: 'The terms.' }) },
    resolve: async (_root, { input: { serviceId, ...terms } }, { request, services }) => {
      const id = ServiceId.require(serviceId);
      await services.terms.set(request, id, terms);
      return services.catalogue.get(request, id);
    },
  }),
);
