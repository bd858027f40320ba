import { useQuery } from '@apollo/client/react';
import { Select, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { TicketsDocument, type TicketPriority, type TicketStatus } from '../graph/operations.generated.js';
import { Ago } from '../shared/ago.js';
import { Listing } from '../shared/listing.js';
import { PageHead } from '../shared/page-head.js';
import { wordsOf } from '../shared/words.js';
import { TICKET_PRIORITIES, TICKET_STATUSES, TicketPriorityBadge, TicketStatusBadge } from './ticket-badges.js';

const EVERY_MS = 15_000;

const oneOf = <Value extends string>(values: readonly Value[], given: string | null): Value | null => values.find((value) => value === given) ?? null;
const choicesOf = (values: readonly string[]) => values.map((value) => ({ value, label: wordsOf(value) }));

/** What companies ask the staff for help with. */
export function TicketsPage({ adminId }: { readonly adminId: string }) {
  const [status, setStatus] = useState<TicketStatus | null>(null);
  const [priority, setPriority] = useState<TicketPriority | null>(null);
  const variables = { ...(status ? { status } : {}), ...(priority ? { priority } : {}) };
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(TicketsDocument, { variables, pollInterval: EVERY_MS });
  const shown = (data ?? previousData)?.supportTickets ?? undefined;
  return (
    <>
      <PageHead title="Tickets" hint="What companies ask for help with, newest first.">
        <Select
          aria-label="Status"
          placeholder="Any status"
          clearable
          clearButtonProps={{ 'aria-label': 'Any status' }}
          data={choicesOf(TICKET_STATUSES)}
          value={status}
          onChange={(value) => setStatus(oneOf(TICKET_STATUSES, value))}
        />
        <Select
          aria-label="Priority"
          placeholder="Any priority"
          clearable
          clearButtonProps={{ 'aria-label': 'Any priority' }}
          data={choicesOf(TICKET_PRIORITIES)}
          value={priority}
          onChange={(value) => setPriority(oneOf(TICKET_PRIORITIES, value))}
        />
      </PageHead>
      <Listing
        what="the tickets"
        query={{ error, loading, refetch }}
        count={shown?.edges.length}
        empty={{ title: 'No tickets', hint: 'Nobody asks for help, or nothing fits.' }}
        page={shown?.pageInfo}
        onMore={(after) => fetchMore({ variables: { ...variables, after } })}
      >
        <Table.ScrollContainer minWidth={680} tabIndex={0} role="region" aria-label="Tickets">
          <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Ticket</Table.Th>
                <Table.Th>Company</Table.Th>
                <Table.Th>Status</Table.Th>
                <Table.Th>Priority</Table.Th>
                <Table.Th>Seen to by</Table.Th>
                <Table.Th>Last word</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown?.edges.map(({ node: ticket }) => (
                <Table.Tr key={ticket.id}>
                  <Table.Td>
                    <Link href={`/tickets/${ticket.id}`} className="plain-link">
                      {ticket.subject}
                    </Link>
                    <Text size="xs" c="dimmed">
                      {ticket.ticketNumber}
                    </Text>
                  </Table.Td>
                  <Table.Td>{ticket.tenant?.name ?? 'The platform'}</Table.Td>
                  <Table.Td>
                    <TicketStatusBadge status={ticket.status} />
                  </Table.Td>
                  <Table.Td>
                    <TicketPriorityBadge priority={ticket.priority} />
                  </Table.Td>
                  <Table.Td>{ticket.assigneeId === null ? 'Nobody' : ticket.assigneeId === adminId ? 'You' : 'A colleague'}</Table.Td>
                  <Table.Td>
                    <Ago at={ticket.updatedAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Listing>
    </>
  );
}
