import type { CalendarEntry } from '../entry/calendar-entry.js';

export const CALENDAR_KINDS = ['CALDAV', 'GOOGLE', 'MICROSOFT'] as const;
export type CalendarKind = (typeof CALENDAR_KINDS)[number];

/** A booking in a calendar elsewhere. */
export interface RemoteCopy {
  readonly externalId: string;
  /** What it is changed on condition of, where the calendar has such a thing. */
  readonly version: string | null;
}

export interface BusyTime {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** What stands in a calendar elsewhere, as far as it keeps anybody busy. */
export interface RemoteEvent {
  readonly externalId: string;
  /** The same in every calendar it is in; null where the calendar does not say. */
  readonly uid: string | null;
  /** Every occurrence within the window that was asked for; none for what keeps nobody busy. */
  readonly busy: readonly BusyTime[];
}

export interface RemoteChanges {
  /** Whether this is all there is, rather than what has changed. */
  readonly whole: boolean;
  readonly events: readonly RemoteEvent[];
  /** External ids of what is gone. */
  readonly removed: readonly string[];
  /** From where on the next changes are asked for; null where only everything can be. */
  readonly token: string | null;
}

export interface ReadWindow {
  readonly from: Date;
  readonly until: Date;
  /** IANA zone in which whole days are meant. */
  readonly timeZone: string;
}

/** What a calendar is asked to tell of its changes by. */
export interface WantedWatch {
  /** UUID. */
  readonly id: string;
  /** Comes back with whatever is told, so that nobody else can tell anything; up to 100 characters. */
  readonly token: string;
  /** Where it is told. */
  readonly address: string;
  readonly until: Date;
}

/** A watch under the name that it was asked for by, and under the calendar's own. */
export interface KnownWatch {
  readonly id: string;
  readonly externalId: string;
}

/** How a calendar tells of its own accord that something has changed in it; what that is has to be asked for. */
export interface RemoteWatching {
  /** The end may be another than was asked for. */
  begin(wanted: WantedWatch): Promise<{ readonly externalId: string; readonly expiresAt: Date }>;
  /** @returns when it ends now; null for one that has to be begun anew */
  prolong(watch: KnownWatch, until: Date): Promise<Date | null>;
  /** What is gone already is no failure. */
  end(watch: KnownWatch): Promise<void>;
}

/**
 * A calendar elsewhere, opened with somebody's credentials. Every call may be made again after it has failed, and
 * then makes nothing twice. Calls throw {CalendarFailedError} and {CredentialsRefusedError}.
 */
export interface RemoteCalendar {
  /** Makes or changes the event of one booking. @param known where it was written before; null when it was not */
  put(bookingId: string, entry: CalendarEntry, known: RemoteCopy | null): Promise<RemoteCopy>;
  /** What is gone already is no failure. */
  remove(known: RemoteCopy): Promise<void>;
  /** @param since a token of an earlier answer; null for everything. One that counts no more gives everything */
  changes(since: string | null, window: ReadWindow): Promise<RemoteChanges>;
  /** Absent where a calendar tells nothing unless it is asked. */
  readonly watching?: RemoteWatching;
}

/** Nothing came of a call, or not what the protocol allows. The message holds neither addresses nor credentials. */
export class CalendarFailedError extends Error {
  override readonly name = 'CalendarFailedError';
}

/** The calendar knows the credentials no more; asking again is of no use before there are others. */
export class CredentialsRefusedError extends Error {
  override readonly name = 'CredentialsRefusedError';

  constructor(options?: ErrorOptions) {
    super('The calendar refuses the credentials', options);
  }
}

/** A call, with what fails below HTTP told as a failure of the calendar. */
export async function callOf(call: () => Promise<Response>): Promise<Response> {
  try {
    return await call();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'no answer';
    throw new CalendarFailedError(`The calendar cannot be reached: ${code}`, { cause: error });
  }
}

/** @throws {CredentialsRefusedError} for 401 and 403 @throws {CalendarFailedError} for whatever else is not well */
export function assertWell(response: { readonly status: number }, doing: string): void {
  const { status } = response;
  if (status >= 200 && status < 300) return;
  if (status === 401 || status === 403) throw new CredentialsRefusedError();
  throw new CalendarFailedError(`The calendar answered ${status} when ${doing}`);
}
