import type { BookingEvents, BookingFacts } from '../../booking/events.js';
import { BookingId, ClientId, ProviderId, ServiceId } from '../../booking/ids.js';
import type { CommerceEvents } from '../../commerce/events.js';
import { PaymentId } from '../../commerce/ids.js';
import type { IdentityEvents } from '../../identity/events.js';
import { MembershipId, UserId } from '../../identity/ids.js';
import type { MarketingEvents } from '../../marketing/events.js';
import { LoyaltyAccountId, ReviewId } from '../../marketing/ids.js';
import type { OpsEvents } from '../events.js';
import { IncidentId } from '../ids.js';

type AllEvents = BookingEvents & CommerceEvents & IdentityEvents & MarketingEvents & OpsEvents;

export type MessageData = Readonly<Record<string, unknown>>;

/** How an event of the platform is told to companies' own programs: ids are those of the graph. */
interface Told<Payload> {
  readonly type: string;
  readonly description: string;
  readonly data: (payload: Payload) => MessageData;
}

const bookingData = (booking: BookingFacts): MessageData => ({
  bookingId: BookingId.encode(booking.bookingId),
  reference: booking.reference,
  clientId: ClientId.encode(booking.clientId),
  providerId: ProviderId.encode(booking.providerId),
  serviceId: ServiceId.encode(booking.serviceId),
  serviceName: booking.serviceName,
  providerName: booking.providerName,
  startsAt: booking.startsAt,
  endsAt: booking.endsAt,
  price: booking.price,
});

const paymentIds = (payment: { readonly paymentId: string; readonly bookingId: string }) => ({
  paymentId: PaymentId.encode(payment.paymentId),
  bookingId: BookingId.encode(payment.bookingId),
});

const memberIds = (member: { readonly membershipId: string; readonly userId: string }) => ({
  membershipId: MembershipId.encode(member.membershipId),
  userId: UserId.encode(member.userId),
});

/** By the event that each of them comes from. */
export const CATALOGUE: { readonly [Type in keyof AllEvents]?: Told<AllEvents[Type]> } = {
  'booking.created': {
    type: 'booking.created',
    description: 'A booking was made; it may still await its payment.',
    data: (booking) => ({ ...bookingData(booking), status: booking.status }),
  },
  'booking.confirmed': { type: 'booking.confirmed', description: 'A booking is sure to take place.', data: bookingData },
  'booking.completed': { type: 'booking.completed', description: 'A booking has taken place.', data: bookingData },
  'booking.cancelled': {
    type: 'booking.cancelled',
    description: 'A booking was called off.',
    data: (booking) => ({ ...bookingData(booking), previousStatus: booking.previousStatus }),
  },
  'booking.no_show': { type: 'booking.no_show', description: 'The client did not come.', data: bookingData },
  'booking.expired': { type: 'booking.expired', description: 'A booking was not paid in time.', data: bookingData },
  'commerce.payment_succeeded': {
    type: 'payment.succeeded',
    description: 'Money has come.',
    data: (payment) => ({ ...paymentIds(payment), amount: payment.amount, method: payment.method }),
  },
  'commerce.payment_failed': {
    type: 'payment.failed',
    description: 'An attempt to pay came to nothing.',
    data: (payment) => ({ ...paymentIds(payment), declineCode: payment.declineCode }),
  },
  'commerce.payment_refunded': {
    type: 'payment.refunded',
    description: 'Money went back to the client.',
    data: (payment) => ({ ...paymentIds(payment), amount: payment.amount }),
  },
  'marketing.points_awarded': {
    type: 'loyalty.points_awarded',
    description: 'A client has earned points.',
    data: ({ accountId, clientId, bookingId, points, balance }) => ({
      accountId: LoyaltyAccountId.encode(accountId),
      clientId: ClientId.encode(clientId),
      bookingId: BookingId.encode(bookingId),
      points,
      balance,
    }),
  },
  'marketing.review_submitted': {
    type: 'review.submitted',
    description: 'A client has said what a booking was like.',
    data: ({ reviewId, bookingId, providerId, rating }) => ({
      reviewId: ReviewId.encode(reviewId),
      bookingId: BookingId.encode(bookingId),
      providerId: ProviderId.encode(providerId),
      rating,
    }),
  },
  'identity.membership_granted': {
    type: 'member.joined',
    description: 'Somebody has become a member of the company.',
    data: (member) => ({ ...memberIds(member), roles: member.roles }),
  },
  'identity.membership_changed': {
    type: 'member.changed',
    description: 'What a member may do is another.',
    data: (member) => ({ ...memberIds(member), roles: member.roles, status: member.status }),
  },
  'identity.membership_removed': {
    type: 'member.removed',
    description: 'Somebody is a member no more.',
    data: (member) => memberIds(member),
  },
  'ops.incident_raised': {
    type: 'incident.raised',
    description: 'Something is wrong.',
    data: ({ incidentId, type, severity }) => ({ incidentId: IncidentId.encode(incidentId), type, severity }),
  },
  'ops.incident_changed': {
    type: 'incident.changed',
    description: 'An incident stands elsewhere.',
    data: ({ incidentId, status }) => ({ incidentId: IncidentId.encode(incidentId), status }),
  },
};

const told: readonly { readonly type: string; readonly description: string }[] = Object.values(CATALOGUE);

/** What companies can ask to be told of. */
export const WEBHOOK_EVENT_TYPES: readonly string[] = told.map(({ type }) => type);
export const WEBHOOK_EVENTS = told.map(({ type, description }) => ({ type, description }));

/** Told to an address to try it out; nobody can ask for it. */
export const TEST_EVENT_TYPE = 'webhook.test';
