import type { AllowedServices } from './calendar/remote/calendar-provider.js';
import type { MeetingConfig } from './meeting/meeting.js';

/** What booking has to be told, beside what its process gives it. */
export interface BookingConfig {
  /** Address of the platform, without a slash at the end. */
  readonly issuer: string;
  readonly mail: {
    /** Address mails are sent from. */
    readonly from: string;
  };
  /** Services whose calendars people can connect; a kind that is left out cannot be. */
  readonly calendars?: AllowedServices | undefined;
  readonly meetings?: MeetingConfig | undefined;
}

/** Of a platform that only its own machine reaches. */
export const ON_THIS_MACHINE: BookingConfig = {
  issuer: 'http://localhost:4000',
  mail: { from: 'no-reply@localhost' },
};
