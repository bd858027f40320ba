import { Temporal } from 'temporal-polyfill';
import { groupByKey } from '../../_kernel/request/loaders.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { OfferedService } from '../catalogue/catalogue.store.js';
import type { ProviderRow } from '../provider/provider.store.js';
import { takenWhen } from '../resource/resource.js';
import { findQualifiedUntil, findUsedResources, type QualifiedUntil, type UsedResource } from '../resource/resource.store.js';
import { findTimesElsewhere } from '../travel/travel.store.js';
import { blockedBy, instantsAround, intermissionAt, type ProviderSchedule, type ResourceNeed, type SlotWindow } from './availability.js';
import { findBegunSessions, findBusyTimes, findWorkingHours, type BegunSession } from './availability.store.js';
import { findExceptions } from './calendar-exception.store.js';
import { createZoneCalendar, type ZoneCalendar } from './zone-calendar.js';

export interface ScheduledProvider extends ProviderSchedule {
  readonly provider: ProviderRow;
}

/** Days read behind a window, as work of its last day may run on into them. */
const DAYS_BEHIND = 3;

/** Providers of one zone share its calendar, whose days are reckoned once. */
export function calendarsOf(context: RequestContext): (provider: ProviderRow) => ZoneCalendar {
  const calendars = new Map<string, ZoneCalendar>();
  return (provider) => {
    const zone = provider.timeZone ?? context.tenant.timeZone;
    const calendar = calendars.get(zone) ?? createZoneCalendar(zone);
    calendars.set(zone, calendar);
    return calendar;
  };
}

/** The instant from which on a provider may not do a service any more. */
function qualifiedUntil(calendar: ZoneCalendar, until: QualifiedUntil): number {
  if (until === null) return Number.POSITIVE_INFINITY;
  return until === 'NEVER' ? Number.NEGATIVE_INFINITY : calendar.day(until, 1).boundaryOf(0);
}

/** What a service needs, from one place or, without one, from anywhere. */
const needsAt = (
  requirements: OfferedService['service']['requirements'],
  resources: readonly UsedResource[],
  locationId: string | null,
): ResourceNeed[] =>
  requirements.map(({ kind, units }) => ({
    kind,
    taken: resources
      .filter((one) => one.kind === kind && (locationId === null || one.locationId === locationId))
      .map(({ uses, capacity }) => takenWhen(uses, capacity, units)),
  }));

/** Whether sessions have seats left. What was begun with other times than today's is like any other booking. */
const seatsLeft = (service: OfferedService['service'], begun: readonly BegunSession[]): ReadonlyMap<number, boolean> =>
  new Map(
    begun
      .filter(({ start, blockedFrom, blockedUntil, intermissionFrom, intermissionUntil }) => {
        const blocked = blockedBy(service, start);
        const { start: from, end: until } = intermissionAt(service, start) ?? { start: null, end: null };
        const hasSameIntermission = from === intermissionFrom && until === intermissionUntil;
        return blocked.start === blockedFrom && blocked.end === blockedUntil && hasSameIntermission;
      })
      .map(({ start, seatsTaken }) => [start, seatsTaken < service.capacity]),
  );

/** Rows of providers, asked for one after the other. */
function byProvider<Row extends { readonly providerId: string | null }>(
  ids: readonly string[],
  rows: readonly Row[],
): (id: string) => readonly Row[] {
  const groups = groupByKey(ids, rows, ({ providerId }) => providerId ?? '');
  const known = new Map(ids.map((id, at) => [id, groups[at] ?? []]));
  return (id) => known.get(id) ?? [];
}

const pairOf = ({ serviceId, providerId }: { readonly serviceId: string; readonly providerId: string }): string =>
  `${serviceId} ${providerId}`;

/**
 * Reads the schedules of providers for what they do, in the order of the offerings. It takes the same number of
 * queries however many they are, however many services that are, and however much these need.
 */
export async function loadSchedules(
  db: TenantDb,
  offerings: readonly OfferedService[],
  window: SlotWindow,
  calendarOf: (provider: ProviderRow) => ZoneCalendar,
): Promise<ScheduledProvider[]> {
  if (offerings.length === 0) return [];
  const services = [...new Map(offerings.map(({ service }) => [service.id, service])).values()];
  const ids = [...new Set(offerings.map(({ providerId }) => providerId))];
  const instants = instantsAround(window);
  const from = Temporal.PlainDate.from(window.from);
  const days = { from: from.toString(), to: from.add({ days: window.days + DAYS_BEHIND }).toString() };
  const kinds = new Set(services.flatMap(({ requirements }) => requirements.map(({ kind }) => kind)));
  const shared = services.filter(({ capacity }) => capacity > 1).map(({ id }) => id);
  const [hours, busy, exceptions, qualified, resources, begun, elsewhere] = await Promise.all([
    findWorkingHours(db, ids),
    findBusyTimes(db, ids, instants),
    findExceptions(db, { providerIds: ids, ...days }),
    findQualifiedUntil(db, offerings),
    findUsedResources(db, [...kinds], instants),
    findBegunSessions(db, shared, ids, instants),
    findTimesElsewhere(db, offerings, instants),
  ]);
  const everybodys = exceptions.filter(({ everybody }) => everybody);
  const weekOf = byProvider(ids, hours);
  const ownOf = byProvider(ids, exceptions.filter(({ everybody }) => !everybody));
  const sessions = groupByKey(offerings.map(pairOf), begun, pairOf);
  const needs = new Map<string, ResourceNeed[]>();
  return offerings.map(({ provider, service, locationId }, at) => {
    const calendar = calendarOf(provider);
    const place = JSON.stringify([locationId, service.requirements.map(({ kind, units }) => [kind, units])]);
    const need = needs.get(place) ?? needsAt(service.requirements, resources, locationId);
    needs.set(place, need);
    return {
      provider,
      calendar,
      hours: weekOf(provider.id),
      busy: busy.get(provider.id) ?? [],
      exceptions: [...everybodys, ...ownOf(provider.id)],
      sessions: seatsLeft(service, sessions[at] ?? []),
      needs: need,
      elsewhere: elsewhere[at] ?? [],
      qualifiedUntil: qualifiedUntil(calendar, qualified[at] ?? null),
    };
  });
}
