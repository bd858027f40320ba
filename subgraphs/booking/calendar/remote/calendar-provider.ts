import { z } from 'zod';
import type { Clock } from '../../../_kernel/request/clock.js';
import { openCalDav } from './caldav.js';
import { openGoogle } from './google.js';
import { openMicrosoft } from './microsoft.js';
import { createOAuthApi, oauthGrantSchema, type OAuthService } from './oauth.js';
import type { CalendarKind, RemoteCalendar } from './remote-calendar.js';

/** Kinds of calendars that people allow the platform to use, at the service itself. */
export type AllowedKind = Exclude<CalendarKind, 'CALDAV'>;

export type AllowedServices = { readonly [Kind in AllowedKind]?: OAuthService | undefined };

export const calDavCredentialsSchema = z.object({ username: z.string(), password: z.string() });

export interface ConnectedCalendar {
  readonly kind: CalendarKind;
  readonly address: string;
  /** JSON: of CalDAV a name and a password, of the others a grant. */
  readonly credentials: string;
}

/** Opens calendars of every kind there is. */
export interface CalendarProviders {
  /** @param keep is told of new credentials, before they are used. @throws for a kind that is not set up */
  open(calendar: ConnectedCalendar, keep: (credentials: string) => Promise<void>): RemoteCalendar;
  /** @returns why this is no calendar; null when it is one */
  checkCalDav(access: { readonly url: string; readonly username: string; readonly password: string }): Promise<string | null>;
  /** What people call a calendar that they have allowed. */
  account(kind: AllowedKind, address: string, credentials: string): Promise<string>;
  readonly services: AllowedServices;
  /** For calls of the services themselves, whose addresses whoever runs the platform has chosen. */
  readonly request: typeof fetch;
}

export function createCalendarProviders(parts: {
  readonly services: AllowedServices;
  readonly clock: Clock;
  /** For addresses that companies name. */
  readonly guarded: typeof fetch;
  readonly request: typeof fetch;
}): CalendarProviders {
  const { services, clock, guarded, request } = parts;

  const allowed = (kind: AllowedKind, { address, credentials }: Omit<ConnectedCalendar, 'kind'>, keep: (credentials: string) => Promise<void>) => {
    const service = services[kind];
    if (!service) throw new Error(`Calendars of ${kind} are not set up`);
    const grant = oauthGrantSchema.parse(JSON.parse(credentials));
    const api = createOAuthApi({ service, request, clock, grant, keep: (next) => keep(JSON.stringify(next)) });
    return kind === 'GOOGLE' ? openGoogle(address, api) : openMicrosoft(api);
  };

  return {
    open({ kind, address, credentials }, keep) {
      if (kind !== 'CALDAV') return allowed(kind, { address, credentials }, keep);
      return openCalDav({ url: address, ...calDavCredentialsSchema.parse(JSON.parse(credentials)) }, guarded);
    },
    checkCalDav: (access) => openCalDav(access, guarded).check(),
    account: (kind, address, credentials) => allowed(kind, { address, credentials }, async () => undefined).account(),
    services,
    request,
  };
}
