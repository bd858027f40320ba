import type { Prisma } from '../../../prisma/generated/client.js';
import type { RESOURCES } from '../../_kernel/policy/catalogue.js';
import type { PolicyResource } from '../../_kernel/policy/policy.js';
import { asBigInt, asDate, whereOf, type Column } from '../../_kernel/policy/row-filter-query.js';
import type { RowFilter } from '../../_kernel/policy/row-filter.js';
import type { BookingRow } from './reservation.store.js';

type Attribute = keyof (typeof RESOURCES)['Booking'];

/** @param ownerId UUID of the client's user; null for a client who does not sign in */
export const bookingResource = (booking: BookingRow, ownerId: string | null): PolicyResource => {
  const { id, tenantId, clientId, providerId, serviceId, status, priceAmount, startsAt, createdAt } = booking;
  return {
    type: 'Booking',
    id,
    tenantId,
    attributes: {
      id,
      ownerId,
      clientId,
      providerId,
      serviceId,
      status,
      priceAmount,
      startsAt,
      createdAt,
    } satisfies Record<Attribute, unknown>,
  };
};

const COLUMNS: Readonly<Record<Attribute, Column<Prisma.BookingWhereInput>>> = {
  id: { where: (id) => ({ id }) },
  ownerId: { where: (userId) => ({ client: { userId } }), optional: true },
  clientId: { where: (clientId) => ({ clientId }) },
  providerId: { where: (providerId) => ({ providerId }) },
  serviceId: { where: (serviceId) => ({ serviceId }) },
  status: { where: (status) => ({ status }) },
  priceAmount: { where: (priceAmount) => ({ priceAmount }), value: asBigInt },
  startsAt: { where: (startsAt) => ({ startsAt }), value: asDate },
  createdAt: { where: (createdAt) => ({ createdAt }), value: asDate },
};

/** The bookings that a filter leaves, as a condition of a query. */
export const bookingsLeftBy = (filter: RowFilter): Prisma.BookingWhereInput => whereOf(filter, COLUMNS);
