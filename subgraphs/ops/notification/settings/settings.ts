import { randomInt } from 'node:crypto';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { timeZoneSchema } from '../../../_kernel/time/time-zone.js';
import { phoneSchema } from '../../../_kernel/validation/text.js';
import { NOTIFICATION_KINDS, type NotificationKind } from '../notification.js';

/** By which one person is told things outside of the application. */
export const PERSONAL_CHANNELS = ['EMAIL', 'SMS', 'PUSH'] as const;
export type PersonalChannel = (typeof PERSONAL_CHANNELS)[number];

export const DIGEST_RHYTHMS = ['NONE', 'HOURLY', 'DAILY'] as const;
export type DigestRhythm = (typeof DIGEST_RHYTHMS)[number];

/** What is on for whoever has said nothing else. */
const USUAL: Readonly<Record<NotificationKind, readonly PersonalChannel[]>> = {
  BOOKING_CONFIRMED: ['EMAIL', 'PUSH'],
  PAYMENT_SUCCEEDED: ['PUSH'],
  INCIDENT_RAISED: ['EMAIL', 'PUSH'],
  WEBHOOK_DISABLED: ['EMAIL', 'PUSH'],
  TICKET_ANSWERED: ['EMAIL', 'PUSH'],
  BOOKING_REMINDER: ['EMAIL', 'SMS', 'PUSH'],
  WAITLIST_OFFERED: ['EMAIL', 'PUSH'],
};

/** What waits for nobody to wake up, and for no digest. */
const URGENT: readonly NotificationKind[] = ['INCIDENT_RAISED'];
export const isUrgent = (kind: NotificationKind): boolean => URGENT.includes(kind);

/** What would come too late in a digest of the next morning: what begins in two hours, and what is held for half an hour. */
const TIMELY: readonly NotificationKind[] = ['BOOKING_REMINDER', 'WAITLIST_OFFERED'];
export const isTimely = (kind: NotificationKind): boolean => TIMELY.includes(kind);

export interface Preference {
  readonly kind: NotificationKind;
  readonly channel: PersonalChannel;
  readonly enabled: boolean;
}

/** Every kind by every channel: what somebody has said, and what is usual where she has not. */
export const preferencesOf = (said: readonly Preference[]): readonly Preference[] =>
  NOTIFICATION_KINDS.flatMap((kind) =>
    PERSONAL_CHANNELS.map((channel) => ({
      kind,
      channel,
      enabled: said.find((one) => one.kind === kind && one.channel === channel)?.enabled ?? USUAL[kind].includes(channel),
    })),
  );

const MORNING = 8;

/** @returns when the next digest is made: at the full hour, or at eight in the morning */
export function nextDigest(at: Date, rhythm: Exclude<DigestRhythm, 'NONE'>, timeZone: string): Date {
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
  const hour = local.round({ smallestUnit: 'hour', roundingMode: 'floor' }).add({ hours: 1 });
  if (rhythm === 'HOURLY') return new Date(hour.epochMilliseconds);
  const morning = local.with({ hour: MORNING, minute: 0, second: 0, millisecond: 0, microsecond: 0, nanosecond: 0 });
  return new Date((morning.epochMilliseconds > at.getTime() ? morning : morning.add({ days: 1 })).epochMilliseconds);
}

const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the day such as 22:00');
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
export const clockOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

export const settingsSchema = z.object({
  timeZone: timeZoneSchema.nullish(),
  quietHours: z
    .object({ from: clock, until: clock })
    .refine(({ from, until }) => from !== until, 'must end at another time than they begin')
    .transform(({ from, until }) => ({ from: minutesOf(from), until: minutesOf(until) }))
    .nullish(),
  digest: z.enum(DIGEST_RHYTHMS).nullish(),
});

export const phoneInputSchema = z.object({ number: phoneSchema });
export const codeInputSchema = z.object({ code: z.string().trim().regex(/^\d{6}$/, 'must be six digits') });

const base64url = (bytes: number) =>
  z.string().refine((text) => /^[A-Za-z0-9_-]+={0,2}$/.test(text) && Buffer.from(text, 'base64url').length === bytes, `must be ${bytes} bytes in base64url`);

export const subscriptionSchema = z.object({ endpoint: z.string().max(1_000), p256dh: base64url(65), auth: base64url(16) });

/** Browsers that a person may have. */
export const MOST_BROWSERS = 10;

/** A code that shows that a number is hers: good for ten minutes and five tries, asked for once a minute. */
export const PHONE_CODE = { goodForMs: 600_000, tries: 5, pauseMs: 60_000 } as const;
export const newPhoneCode = (): string => String(randomInt(1_000_000)).padStart(6, '0');

/** How a number ends: all that is shown of it. */
export const maskedPhone = (number: string): string => `••••${number.slice(-3)}`;
