import type { StoredEvent } from '../../_kernel/events/event.js';
import type { BookingEvents } from '../../booking/events.js';
import type { CommerceEvents } from '../../commerce/events.js';

type Events = BookingEvents & CommerceEvents;

/** What of a business's own affairs leaves an audit entry: who reads of whose health, who is who, where calendars go, who gets what share, and who has paid. */
export const AUDITED_BUSINESS_EVENTS = {
  'booking.medical_record_read': ({ payload: { clientId, clientUserId, accessReason, notes } }) => ({
    action: 'DATA_EXPORT' as const,
    subjectId: clientUserId,
    surface: 'ehr' as const,
    meta: { change: 'medical_record_read', clientId, access_reason: accessReason, notes },
  }),
  'booking.medical_note_written': ({ payload: { clientId, clientUserId, noteId } }) => ({
    action: 'OPS_ACTION_APPLIED' as const,
    subjectId: clientUserId,
    surface: 'ehr' as const,
    meta: { change: 'medical_note_written', clientId, noteId },
  }),
  'booking.progress_recorded': ({ payload: { clientId, clientUserId, serviceId, stepId, isCompleted } }) => ({
    action: 'OPS_ACTION_APPLIED' as const,
    subjectId: clientUserId,
    surface: 'api' as const,
    meta: { change: isCompleted ? 'progress_recorded' : 'progress_withdrawn', clientId, serviceId, stepId },
  }),
  'booking.provider_linked': ({ payload: { providerId, userId } }) => ({
    action: 'OPS_ACTION_APPLIED' as const,
    surface: 'api' as const,
    meta: { change: userId === null ? 'provider_unlinked' : 'provider_linked', providerId, userId },
  }),
  'booking.calendar_feed_changed': ({ payload: { feedId, providerId, change } }) => ({
    action: 'OPS_ACTION_APPLIED' as const,
    surface: 'api' as const,
    meta: { change: `calendar_feed_${change.toLowerCase()}`, feedId, providerId },
  }),
  'booking.calendar_connection_changed': ({ payload: { connectionId, change }, headers }) => ({
    action: 'OPS_ACTION_APPLIED' as const,
    surface: headers.actorKind === 'system' ? ('platform' as const) : ('api' as const),
    meta: { change: `calendar_connection_${change.toLowerCase()}`, connectionId },
  }),
  'commerce.commission_rule_changed': ({ payload: { ruleId, providerId, serviceId, change } }) => ({
    action: 'OPS_ACTION_APPLIED' as const,
    surface: 'api' as const,
    meta: { change: `commission_rule_${change.toLowerCase()}`, ruleId, providerId, serviceId },
  }),
  'commerce.payment_succeeded': ({ payload: { paymentId, bookingId, amount, method } }) => ({
    action: 'PAYMENT_EVENT' as const,
    surface: 'api' as const,
    meta: { outcome: 'succeeded', paymentId, bookingId, amount, method },
  }),
  'commerce.payment_failed': ({ payload: { paymentId, bookingId, declineCode } }) => ({
    action: 'PAYMENT_EVENT' as const,
    surface: 'api' as const,
    meta: { outcome: 'failed', paymentId, bookingId, declineCode },
  }),
  'commerce.payment_refunded': ({ payload: { paymentId, bookingId, amount } }) => ({
    action: 'PAYMENT_EVENT' as const,
    surface: 'api' as const,
    meta: { outcome: 'refunded', paymentId, bookingId, amount },
  }),
} satisfies { readonly [Type in keyof Events]?: (event: StoredEvent<Type, Events[Type]>) => object };
