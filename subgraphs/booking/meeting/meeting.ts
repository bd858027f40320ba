import { randomBytes } from 'node:crypto';

export const MEETING_KINDS = ['OPEN_ROOM', 'HOSTED'] as const;
export type MeetingKind = (typeof MEETING_KINDS)[number];

/** A service that keeps meetings, as the platform is known to it. */
export interface HostedMeetings {
  readonly apiBase: string;
  readonly tokenUrl: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Where meetings over video take place; a kind that is left out is not offered. */
export interface MeetingConfig {
  /** Address of a server on which whoever knows a room's name is let in. */
  readonly roomsUrl?: string | undefined;
  readonly hosted?: HostedMeetings | undefined;
}

/** A meeting as it is to be. */
export interface WantedMeeting {
  readonly bookingId: string;
  readonly topic: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

export interface MadeMeeting {
  /** What its service calls it; null for a room that nobody keeps. */
  readonly externalId: string | null;
  readonly joinUrl: string;
}

/** The service did not do as it was asked; the message holds no credentials. */
export class MeetingFailedError extends Error {
  override readonly name = 'MeetingFailedError';
}

/** Makes places to meet. Calls throw {MeetingFailedError}, and can be made again. */
export interface MeetingProvider {
  /** @param again whether it was asked for before, so that it may be there already */
  make(meeting: WantedMeeting, again: boolean): Promise<MadeMeeting>;
  move(externalId: string, meeting: WantedMeeting): Promise<void>;
  /** What is gone already is no failure. */
  end(externalId: string): Promise<void>;
}

/** A room whose name nobody guesses: it needs no call, and is there as soon as somebody enters. */
export const openRoom = (roomsUrl: string): MadeMeeting => ({
  externalId: null,
  joinUrl: `${roomsUrl}/spine-${randomBytes(16).toString('hex')}`,
});
