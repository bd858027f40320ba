import type { Meeting } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { MadeMeeting, MeetingKind } from './meeting.js';

export type MeetingRow = Meeting;

export const findMeetings = (db: TenantDb, bookingIds: readonly string[]): Promise<MeetingRow[]> =>
  db.meeting.findMany({ where: { bookingId: { in: [...bookingIds] } } });

/** Keeps where a booking takes place. What is known already stays. */
export async function keepMeeting(db: TenantDb, meeting: MadeMeeting & { readonly bookingId: string; readonly kind: MeetingKind; readonly createdAt: Date }): Promise<boolean> {
  return (await db.meeting.createMany({ data: [meeting], skipDuplicates: true })).count > 0;
}

export const deleteMeeting = async (db: TenantDb, bookingId: string): Promise<void> => {
  await db.meeting.deleteMany({ where: { bookingId } });
};

export const findKindsOfServices = (db: TenantDb, serviceIds: readonly string[]): Promise<{ readonly serviceId: string; readonly kind: MeetingKind }[]> =>
  db.onlineService.findMany({ where: { serviceId: { in: [...serviceIds] } }, select: { serviceId: true, kind: true } });

/** How a booking takes place, and when. */
export async function findMeetingOf(db: TenantDb, bookingId: string) {
  const booking = await db.booking.findFirst({
    where: { id: bookingId },
    select: {
      id: true,
      status: true,
      startsAt: true,
      endsAt: true,
      service: { select: { name: true, onlineService: { select: { kind: true } } } },
      meeting: true,
    },
  });
  if (!booking) return null;
  const { id, status, startsAt, endsAt, service, meeting } = booking;
  const wanted = { bookingId: id, topic: service.name, startsAt, endsAt };
  return { status, kind: service.onlineService?.kind ?? null, wanted, meeting };
}

/** @param kind null for a service that is not done over video */
export async function setKindOfService(db: TenantDb, serviceId: string, kind: MeetingKind | null): Promise<void> {
  await db.onlineService.deleteMany({ where: { serviceId } });
  if (kind !== null) await db.onlineService.create({ data: { serviceId, kind } });
}
