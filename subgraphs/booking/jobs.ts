/** The jobs that booking asks for: kind to payload. Ids are UUIDs. */
export interface BookingJobs {
  /** Makes, moves or ends the meeting of a booking, as the booking stands. */
  'booking.keep_meeting': { readonly bookingId: string };
  'booking.sync_calendar': { readonly connectionId: string };
}
