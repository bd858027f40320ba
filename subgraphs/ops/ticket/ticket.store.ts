import type { SupportTicket, TicketMessage } from '../../../prisma/generated/client.js';
import { keysetQuery, type Page, type SortKey } from '../../_kernel/graphql/connection.js';
import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { TicketPriority, TicketStatus } from './ticket.js';

export type TicketRow = SupportTicket;
export type TicketMessageRow = Omit<TicketMessage, 'authorKind'> & { readonly authorKind: 'member' | 'platform' };

/** Newest first. */
export const TICKET_SORT: readonly SortKey[] = [
  { field: 'createdAt', order: 'desc', type: 'date' },
  { field: 'id', order: 'desc', type: 'uuid' },
];

export interface TicketFilter {
  readonly status?: TicketStatus | undefined;
  readonly priority?: TicketPriority | undefined;
  readonly assigneeId?: string | undefined;
  readonly requesterId?: string | undefined;
}

export function findTicketPage(db: TenantDb | PlatformDb, page: Page, filter: TicketFilter): Promise<TicketRow[]> {
  const { where, ...rest } = keysetQuery(page, TICKET_SORT);
  const wanted = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  return db.supportTicket.findMany({ where: { AND: [wanted, where] }, ...rest });
}

export const findTicket = (db: TenantDb | PlatformDb, id: string): Promise<TicketRow | null> =>
  db.supportTicket.findFirst({ where: { id } });

/** @returns false when the number is taken */
export async function insertTicket(
  db: TenantDb,
  row: Pick<TicketRow, 'id' | 'number' | 'subject' | 'priority' | 'requesterId' | 'createdAt' | 'updatedAt'>,
): Promise<boolean> {
  const { count } = await db.supportTicket.createMany({ data: [row], skipDuplicates: true });
  return count > 0;
}

/** Changes a ticket that stands where it was seen. @returns false when it does not any more */
export async function updateTicket(
  db: TenantDb,
  seen: Pick<TicketRow, 'id' | 'status'>,
  data: Partial<Pick<TicketRow, 'status' | 'priority' | 'assigneeId' | 'answeredAt' | 'resolvedAt' | 'updatedAt'>>,
): Promise<boolean> {
  const { count } = await db.supportTicket.updateMany({ where: { id: seen.id, status: seen.status }, data });
  return count > 0;
}

export async function insertTicketMessage(db: TenantDb, row: Omit<TicketMessageRow, 'tenantId'>): Promise<void> {
  await db.ticketMessage.create({ data: row, select: { id: true } });
}

/** In the order in which it was said. */
export async function findTicketMessages(db: TenantDb | PlatformDb, ticketIds: readonly string[], withInternal: boolean): Promise<TicketMessageRow[]> {
  const rows = await db.ticketMessage.findMany({
    where: { ticketId: { in: [...ticketIds] }, ...(withInternal ? {} : { isInternal: false }) },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
  });
  // Nobody else ever writes one.
  return rows as TicketMessageRow[];
}
