import { z } from 'zod';
import { onEarth } from '../discovery/discovery.js';

/** What is not reported at once is told within this time, or is no more use to anybody. */
const OLDEST_MS = 60 * 60_000;
/** So far ahead a clock may be. */
const AHEAD_MS = 60_000;
/** How long whoever reports waits in between. */
export const PAUSE_MS = 5_000;
/** So long before its start who has a booking sees whoever comes to her. */
const SHOWN_BEFORE_MS = 60 * 60_000;

/** Whose position it is: somebody whose time is booked, or something that services need. */
export interface PositionSubject {
  readonly is: 'PROVIDER' | 'RESOURCE';
  readonly id: string;
}

/** @param now epoch milliseconds */
export const positionSchema = (now: number) =>
  z.object({
    ...onEarth,
    accuracyMeters: z.int().min(0, 'must not be negative').max(1_000_000, 'must be at most 1000000').nullish(),
    measuredAt: z
      .date()
      .min(new Date(now - OLDEST_MS), 'must be within the last hour')
      .max(new Date(now + AHEAD_MS), 'must not lie ahead')
      .nullish(),
  });

/** Whether who has a booking is shown where those are who come to her. */
export const isOnItsWay = (
  booking: { readonly status: string; readonly startsAt: Date; readonly endsAt: Date },
  now: Date,
): boolean =>
  booking.status === 'CONFIRMED' && booking.startsAt.getTime() - SHOWN_BEFORE_MS <= now.getTime() && now < booking.endsAt;
