import type { Schedule } from '../../_kernel/jobs/schedule.js';
import type { ReservationStatusService } from './reservation-status.service.js';

/** Time that nobody paid for goes back on offer. */
export const expireUnpaidBookings = (statuses: ReservationStatusService): Schedule => ({
  name: 'expire-unpaid-bookings',
  everySeconds: 15,
  run: async (context) => {
    const expired = await statuses.expireUnpaid(context);
    if (expired > 0) context.logger.info({ expired }, 'unpaid bookings expired');
  },
});
