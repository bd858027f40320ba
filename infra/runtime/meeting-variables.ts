import { z } from 'zod';

const httpUrl = z.url('must be an address').transform((text) => text.replace(/\/+$/, ''));

/** Where meetings over video take place. */
export interface MeetingVariables {
  /** MEETING_ROOMS_URL: a server on which whoever knows a room's name is let in, such as https://meet.jit.si. */
  readonly roomsUrl: string | undefined;
  /** MEETING_API_BASE, MEETING_TOKEN_URL, MEETING_ACCOUNT_ID, MEETING_CLIENT_ID, MEETING_CLIENT_SECRET: a service that keeps meetings. */
  readonly hosted:
    | { readonly apiBase: string; readonly tokenUrl: string; readonly accountId: string; readonly clientId: string; readonly clientSecret: string }
    | undefined;
}

export const meetingVariables = {
  MEETING_ROOMS_URL: httpUrl.optional(),
  MEETING_API_BASE: httpUrl.optional(),
  MEETING_TOKEN_URL: httpUrl.optional(),
  MEETING_ACCOUNT_ID: z.string().optional(),
  MEETING_CLIENT_ID: z.string().optional(),
  MEETING_CLIENT_SECRET: z.string().optional(),
};

/** What each of them needs beside it. */
export const MEETING_PAIRS = [
  ['MEETING_ACCOUNT_ID', 'MEETING_CLIENT_ID'],
  ['MEETING_CLIENT_ID', 'MEETING_CLIENT_SECRET'],
  ['MEETING_CLIENT_SECRET', 'MEETING_ACCOUNT_ID'],
] as const;

type Given = { readonly [Name in keyof typeof meetingVariables]?: string | undefined };

export function meetingsOf(given: Given): MeetingVariables {
  const { MEETING_ACCOUNT_ID: accountId, MEETING_CLIENT_ID: clientId, MEETING_CLIENT_SECRET: clientSecret } = given;
  const apiBase = given.MEETING_API_BASE ?? 'https://api.zoom.us/v2';
  const tokenUrl = given.MEETING_TOKEN_URL ?? 'https://zoom.us/oauth/token';
  return {
    roomsUrl: given.MEETING_ROOMS_URL,
    hosted: accountId && clientId && clientSecret ? { apiBase, tokenUrl, accountId, clientId, clientSecret } : undefined,
  };
}
