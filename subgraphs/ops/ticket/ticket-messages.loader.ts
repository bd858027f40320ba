import type { LoaderDefinition } from '../../_kernel/request/loaders.js';
import type { Database } from '../../_kernel/tenancy/tenant-database.js';
import { findTicketMessages, type TicketMessageRow } from './ticket.store.js';

/** What was said, by ticket; what staff said among themselves for staff alone. */
export type TicketMessagesLoader = LoaderDefinition<string, readonly TicketMessageRow[]>;

export const createTicketMessagesLoader = ({ tenants, platform }: Database): TicketMessagesLoader => ({
  name: 'ticketMessagesByTicket',
  batch: async (context, ticketIds) => {
    const isStaff = context.principal.kind === 'platform';
    const rows = await findTicketMessages(isStaff ? platform.db : tenants.of(context), ticketIds, isStaff);
    return ticketIds.map((id) => rows.filter(({ ticketId }) => ticketId === id));
  },
});
