import { Badge } from '@mantine/core';
import type { TicketPriority, TicketStatus } from '../graph/operations.generated.js';
import { wordsOf } from '../shared/words.js';

export const TICKET_STATUSES: readonly TicketStatus[] = ['OPEN', 'IN_PROGRESS', 'WAITING_FOR_CUSTOMER', 'RESOLVED', 'CLOSED'];
export const TICKET_PRIORITIES: readonly TicketPriority[] = ['LOW', 'MEDIUM', 'HIGH', 'URGENT'];

const statusColors: Readonly<Record<TicketStatus, string>> = {
  OPEN: 'red',
  IN_PROGRESS: 'indigo',
  WAITING_FOR_CUSTOMER: 'orange',
  RESOLVED: 'teal',
  CLOSED: 'gray',
};
const priorityColors: Readonly<Record<TicketPriority, string>> = { LOW: 'gray', MEDIUM: 'blue', HIGH: 'orange', URGENT: 'red' };

export const TicketStatusBadge = ({ status }: { readonly status: TicketStatus }) => (
  <Badge color={statusColors[status]} variant="dot" tt="none">
    {wordsOf(status)}
  </Badge>
);

export const TicketPriorityBadge = ({ priority }: { readonly priority: TicketPriority }) => (
  <Badge color={priorityColors[priority]} tt="none">
    {wordsOf(priority)}
  </Badge>
);
