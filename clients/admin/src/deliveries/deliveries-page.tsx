import { useQuery } from '@apollo/client/react';
import { Badge, SegmentedControl, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { DeliveriesDocument, type MailStatus } from '../graph/operations.generated.js';
import { Ago } from '../shared/ago.js';
import { Listing } from '../shared/listing.js';
import { PageHead } from '../shared/page-head.js';
import { wordsOf } from '../shared/words.js';

const STATUSES: readonly MailStatus[] = ['PENDING', 'SENT', 'FAILED'];
const statusColors: Readonly<Record<string, string>> = { PENDING: 'indigo', SENT: 'teal', FAILED: 'red' };
const isStatus = (value: string): value is MailStatus => STATUSES.some((status) => status === value);
const EVERY_MS = 15_000;

/** What was sent, and whether it went out. */
export function DeliveriesPage() {
  const [which, setWhich] = useState('ALL');
  const variables = isStatus(which) ? { status: which } : {};
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(DeliveriesDocument, { variables, pollInterval: EVERY_MS });
  const shown = (data ?? previousData)?.mails ?? undefined;
  const mails = shown?.edges.map(({ node }) => node) ?? [];
  return (
    <>
      <PageHead title="Deliveries" hint="Mails of every company, newest first.">
        <SegmentedControl
          aria-label="Which mails"
          value={which}
          onChange={setWhich}
          data={[{ value: 'ALL', label: 'All' }, ...STATUSES.map((value) => ({ value, label: wordsOf(value) }))]}
        />
      </PageHead>
      <Listing
        what="the mails"
        query={{ error, loading, refetch }}
        count={shown && mails.length}
        empty={{ title: 'No mails', hint: 'Invitations, confirmations and alarms appear here once they are sent.' }}
        page={shown?.pageInfo}
        onMore={(after) => fetchMore({ variables: { ...variables, after } })}
      >
        <Table.ScrollContainer minWidth={680} tabIndex={0} role="region" aria-label="Mails">
          <Table verticalSpacing="sm" horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>To</Table.Th>
                <Table.Th>What</Table.Th>
                <Table.Th>Status</Table.Th>
                <Table.Th ta="right">Attempts</Table.Th>
                <Table.Th>When</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {mails.map(({ id, recipient, template, status, attempts, failure, createdAt, sentAt }) => (
                <Table.Tr key={id}>
                  <Table.Td>{recipient}</Table.Td>
                  <Table.Td>{wordsOf(template.replaceAll('-', '_'))}</Table.Td>
                  <Table.Td>
                    <Badge color={statusColors[status] ?? 'gray'} tt="none">
                      {wordsOf(status)}
                    </Badge>
                    {failure && (
                      <Text size="xs" c="dimmed" mt={2}>
                        {failure}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td ta="right" className="figures">
                    {attempts}
                  </Table.Td>
                  <Table.Td>
                    <Ago at={sentAt ?? createdAt} />
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
