import { z } from 'zod';
import { lineSchema } from '../../../_kernel/validation/text.js';

/** How often a calendar is looked at when nothing else asks for it. */
export const SYNC_EVERY_MS = 5 * 60_000;

/** More calendars than this of one provider are a mistake. */
export const MOST_CONNECTIONS = 5;

/** Credentials sealed for one connection cannot be opened for another. */
export const credentialsPurpose = (tenantId: string, connectionId: string): string =>
  `calendar credentials of ${tenantId}/${connectionId}`;

/** Sealed while somebody is away to allow something. */
export const AUTHORIZATION_PURPOSE = 'calendar authorization';
export const AUTHORIZATION_LASTS_MS = 15 * 60_000;

export const authorizationSchema = z.object({
  tenantId: z.string(),
  userId: z.string(),
  providerId: z.string(),
  kind: z.enum(['GOOGLE', 'MICROSOFT']),
  verifier: z.string(),
  expiresAt: z.number(),
});
export type Authorization = z.output<typeof authorizationSchema>;

const LONGEST_URL = 1_000;

/** @param mayBeHttp in development, where calendars are on the same machine */
export const calDavSchema = (mayBeHttp: boolean) =>
  z.object({
    url: z
      .string()
      .max(LONGEST_URL, `must be at most ${LONGEST_URL} characters long`)
      .refine((text) => URL.canParse(text) && isCalendarAddress(new URL(text), mayBeHttp), 'must be an address that begins with https://, without a name or a password')
      .transform((text) => withSlash(new URL(text))),
    username: lineSchema(200),
    password: lineSchema(500),
  });

const isCalendarAddress = ({ protocol, username, password }: URL, mayBeHttp: boolean): boolean =>
  (protocol === 'https:' || (mayBeHttp && protocol === 'http:')) && username === '' && password === '';

/** Collections of WebDAV end so. */
function withSlash(url: URL): string {
  url.hash = '';
  url.search = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}
