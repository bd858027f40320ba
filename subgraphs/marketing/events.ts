import type { PersonalDataAnswers } from '../_kernel/personal-data/personal-data.js';

/** A client has earned points for a booking that took place. Ids are UUIDs. */
export interface PointsAwarded {
  readonly accountId: string;
  readonly clientId: string;
  /** The client's user of identity; null for somebody who does not sign in. */
  readonly clientUserId: string | null;
  readonly bookingId: string;
  /** What was earned now; always positive. */
  readonly points: number;
  /** What the account holds with them. */
  readonly balance: number;
}

/** A client has said what a booking was like, for everybody to read. */
export interface ReviewSubmitted {
  readonly reviewId: string;
  readonly bookingId: string;
  readonly providerId: string;
  /** 1 to 5. */
  readonly rating: number;
}

export interface MarketingEvents extends PersonalDataAnswers<'marketing'> {
  'marketing.points_awarded': PointsAwarded;
  'marketing.review_submitted': ReviewSubmitted;
}
