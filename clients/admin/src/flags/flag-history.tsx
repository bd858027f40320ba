import { useQuery } from '@apollo/client/react';
import { Paper, Table, Text, Title } from '@mantine/core';
import { FlagChangesDocument } from '../graph/operations.generated.js';
import { Listing } from '../shared/listing.js';
import { momentOf, textOf, wordsOf } from '../shared/words.js';

/** How a flag came to say what it says. */
export function FlagHistory({ flagKey }: { readonly flagKey: string }) {
  const { data, error, loading, refetch, fetchMore } = useQuery(FlagChangesDocument, { variables: { key: flagKey } });
  const changes = data?.featureFlagChanges;
  return (
    <Paper component="section" aria-labelledby="history" withBorder={false} bg="transparent">
      <Title order={2} id="history" mb="xs">
        History
      </Title>
      <Listing
        what="the history"
        query={{ error, loading, refetch }}
        count={changes?.edges.length}
        empty={{ title: 'Never changed', hint: 'It is what the platform began with.' }}
        page={changes?.pageInfo}
        onMore={(after) => fetchMore({ variables: { key: flagKey, after } })}
      >
        <Table.ScrollContainer minWidth={640} tabIndex={0} role="region" aria-label="History">
          <Table verticalSpacing="sm" horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>What</Table.Th>
                <Table.Th>Before</Table.Th>
                <Table.Th>After</Table.Th>
                <Table.Th>Why, by whom and when</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {changes?.edges.map(({ node: { id, kind, before, after, reason, actorKind, actorId, approvedById, at, tenant } }) => (
                <Table.Tr key={id}>
                  <Table.Td>
                    {wordsOf(kind)}
                    {tenant && (
                      <Text size="xs" c="dimmed">
                        {tenant.name}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td ff="monospace" fz="xs">
                    {textOf(before).slice(0, 120)}
                  </Table.Td>
                  <Table.Td ff="monospace" fz="xs">
                    {textOf(after).slice(0, 120)}
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm">{reason}</Text>
                    <Text size="xs" c="dimmed">
                      {momentOf(at)} · by {actorId ?? wordsOf(actorKind).toLowerCase()}
                      {approvedById && `, approved by ${approvedById}`}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Listing>
    </Paper>
  );
}
