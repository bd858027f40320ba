import { Temporal } from 'temporal-polyfill';
import type { RequestContext } from '../request/request-context.js';
import { actorIdOf, permissionsOf, type Principal } from '../wire/principal.js';
import type { Scalar } from './policy.js';

/** Who asks, and when: what a decision knows besides what it is about. */
export type Asking = Pick<RequestContext, 'tenant' | 'principal'> & { readonly now: Date; readonly ip: string | null };

export const askingOf = ({ tenant, principal, clock, origin }: RequestContext): Asking => ({
  tenant,
  principal,
  now: clock.now(),
  ip: origin.ip,
});

type Facts = Readonly<Record<string, Scalar | readonly string[]>>;

const rolesOf = (principal: Principal): readonly string[] => (principal.kind === 'member' ? principal.roles : []);

/** The attributes of whoever asks, by the catalogue's names. */
export const userFacts = ({ principal }: Asking): Facts => ({
  id: actorIdOf(principal) ?? '',
  kind: principal.kind,
  roles: rolesOf(principal),
  permissions: permissionsOf(principal),
  assurance: 'assurance' in principal ? principal.assurance.level : 'aal1',
});

/** The attributes of the request, by the catalogue's names; what is not known is left out. */
export function contextFacts({ tenant, now, ip }: Asking): Facts {
  const local = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(tenant.timeZone);
  return { now: now.getTime(), hour: local.hour, weekday: local.dayOfWeek, ...(ip === null ? {} : { ip }) };
}
