import { z } from 'zod';

/** How the platform is known to a service where people keep calendars. */
export interface CalendarService {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly apiBase: string;
  readonly scope: string;
}

/** GOOGLE_CALENDAR_* and MICROSOFT_CALENDAR_*: CLIENT_ID, CLIENT_SECRET, REDIRECT_URI. A kind without them is not offered. */
export interface CalendarVariables {
  readonly GOOGLE?: CalendarService;
  readonly MICROSOFT?: CalendarService;
}

const KINDS = {
  GOOGLE: {
    authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    apiBase: 'https://www.googleapis.com/calendar/v3',
    scope: 'https://www.googleapis.com/auth/calendar.events https://www.googleapis.com/auth/calendar.readonly',
  },
  MICROSOFT: {
    authorizationUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
    tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    apiBase: 'https://graph.microsoft.com/v1.0',
    scope: 'offline_access Calendars.ReadWrite',
  },
} as const;

const url = z.url('must be an address');

export const calendarVariables = {
  GOOGLE_CALENDAR_CLIENT_ID: z.string().optional(),
  GOOGLE_CALENDAR_CLIENT_SECRET: z.string().optional(),
  GOOGLE_CALENDAR_REDIRECT_URI: url.optional(),
  MICROSOFT_CALENDAR_CLIENT_ID: z.string().optional(),
  MICROSOFT_CALENDAR_CLIENT_SECRET: z.string().optional(),
  MICROSOFT_CALENDAR_REDIRECT_URI: url.optional(),
};

/** What each of them needs beside it. */
export const CALENDAR_PAIRS = [
  ['GOOGLE_CALENDAR_CLIENT_ID', 'GOOGLE_CALENDAR_CLIENT_SECRET'],
  ['GOOGLE_CALENDAR_CLIENT_SECRET', 'GOOGLE_CALENDAR_REDIRECT_URI'],
  ['GOOGLE_CALENDAR_REDIRECT_URI', 'GOOGLE_CALENDAR_CLIENT_ID'],
  ['MICROSOFT_CALENDAR_CLIENT_ID', 'MICROSOFT_CALENDAR_CLIENT_SECRET'],
  ['MICROSOFT_CALENDAR_CLIENT_SECRET', 'MICROSOFT_CALENDAR_REDIRECT_URI'],
  ['MICROSOFT_CALENDAR_REDIRECT_URI', 'MICROSOFT_CALENDAR_CLIENT_ID'],
] as const;

type Given = { readonly [Name in keyof typeof calendarVariables]?: string | undefined };

export function calendarsOf(given: Given): CalendarVariables {
  const serviceOf = (kind: keyof typeof KINDS): Partial<Record<typeof kind, CalendarService>> => {
    const clientId = given[`${kind}_CALENDAR_CLIENT_ID`];
    const clientSecret = given[`${kind}_CALENDAR_CLIENT_SECRET`];
    const redirectUri = given[`${kind}_CALENDAR_REDIRECT_URI`];
    return clientId && clientSecret && redirectUri ? { [kind]: { clientId, clientSecret, redirectUri, ...KINDS[kind] } } : {};
  };
  return { ...serviceOf('GOOGLE'), ...serviceOf('MICROSOFT') };
}
