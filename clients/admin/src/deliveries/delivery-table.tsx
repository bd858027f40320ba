import { Badge, Button, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Ago } from '../shared/ago.js';
import { Listing } from '../shared/listing.js';
import { Refused } from '../shared/refused.js';
import { wordsOf } from '../shared/words.js';

const statusColors: Readonly<Record<string, string>> = {
  PENDING: 'indigo',
  SENT: 'teal',
  DELIVERED: 'teal',
  FAILED: 'red',
  BOUNCED: 'orange',
};

/** Something that went out, whatever it is, as the log shows it. */
interface Delivery {
  readonly id: string;
  /** What it is called where a line of it is spoken of. */
  readonly name: string;
  readonly cells: readonly ReactNode[];
  readonly status: string;
  readonly attempts: number;
  readonly failure: string | null;
  readonly at: string;
  readonly again: boolean;
}

/** Chooses by what became of a delivery. */
export function StatusFilter({ of, statuses, value, onChange }: { readonly of: string; readonly statuses: readonly string[]; readonly value: string; readonly onChange: (value: string) => void }) {
  return (
    <SegmentedControl
      aria-label={`Which ${of}`}
      value={value}
      onChange={onChange}
      data={[{ value: 'ALL', label: 'All' }, ...statuses.map((status) => ({ value: status, label: wordsOf(status) }))]}
    />
  );
}

function Line({ delivery, busy, onAgain }: { readonly delivery: Delivery; readonly busy: boolean; readonly onAgain: () => void }) {
  const { name, cells, status, attempts, failure, at, again } = delivery;
  return (
    <Table.Tr>
      {cells.map((cell, column) => (
        <Table.Td key={column}>{cell}</Table.Td>
      ))}
      <Table.Td>
        <Badge color={statusColors[status] ?? 'gray'} tt="none">
          {wordsOf(status)}
        </Badge>
        {failure !== null && (
          <Text size="xs" c="dimmed" mt={2}>
            {failure}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right" className="figures">
        {attempts}
      </Table.Td>
      <Table.Td>
        <Ago at={at} />
      </Table.Td>
      <Table.Td ta="right">
        {again && (
          <Button size="xs" variant="default" loading={busy} onClick={onAgain} aria-label={`Send ${name} again`}>
            Send again
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** A log of deliveries, with the way to send what did not arrive once more. */
export function DeliveryTable(props: {
  /** As in "Cannot load the mails". */
  readonly what: string;
  readonly columns: readonly string[];
  readonly deliveries: readonly Delivery[] | undefined;
  readonly query: Parameters<typeof Listing>[0]['query'];
  readonly page: Parameters<typeof Listing>[0]['page'];
  readonly onMore: (after: string | null) => unknown;
  readonly again: { readonly busy: boolean; readonly refusal: string | null; readonly send: (id: string) => unknown };
}) {
  const { what, columns, deliveries, query, page, onMore, again } = props;
  return (
    <Stack>
      <Refused why={again.refusal} />
      <Listing
        what={`the ${what}`}
        query={query}
        count={deliveries?.length}
        empty={{ title: `No ${what}`, hint: 'They appear here once something has happened that somebody is told of.' }}
        page={page}
        onMore={onMore}
      >
        <Table.ScrollContainer minWidth={760} tabIndex={0} role="region" aria-label={`The ${what}`}>
          <Table verticalSpacing="sm" horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                {[...columns, 'Status'].map((column) => (
                  <Table.Th key={column}>{column}</Table.Th>
                ))}
                <Table.Th ta="right">Attempts</Table.Th>
                <Table.Th>When</Table.Th>
                <Table.Th>
                  <span className="only-read">Actions</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {deliveries?.map((delivery) => (
                <Line key={delivery.id} delivery={delivery} busy={again.busy} onAgain={() => void again.send(delivery.id)} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Listing>
    </Stack>
  );
}
