import { useQuery } from '@apollo/client/react';
import { Badge, NativeSelect, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { ErrorGroupsDocument, SlowOperationsDocument } from '../graph/operations.generated.js';
import { Ago } from '../shared/ago.js';
import { Listing } from '../shared/listing.js';
import { PageHead } from '../shared/page-head.js';
import { Empty, Failed, Loading } from '../shared/states.js';

const EVERY_MS = 10_000;
const SOURCES = [
  { value: '', label: 'From anywhere' },
  { value: 'client', label: 'From clients' },
  { value: 'gateway', label: 'From the gateway' },
];

function Slow() {
  const { data, error, loading, refetch } = useQuery(SlowOperationsDocument, { pollInterval: EVERY_MS });
  const operations = data?.slowOperations;
  return (
    <Paper component="section" aria-labelledby="slow">
      <Title order={2} id="slow" p="md" pb="xs">
        What is slow
      </Title>
      {error && <Failed what="the slow operations" error={error} onRetry={() => void refetch()} />}
      {!operations && loading && <Loading what="the slow operations" />}
      {operations?.length === 0 && <Empty title="Nothing is slow" hint="What takes a second or longer appears here." />}
      {operations && operations.length > 0 && (
        <Table.ScrollContainer minWidth={560} tabIndex={0} role="region" aria-label="What is slow">
          <Table verticalSpacing="sm" horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Operation</Table.Th>
                <Table.Th>Where</Table.Th>
                <Table.Th ta="right">Times</Table.Th>
                <Table.Th ta="right">On average</Table.Th>
                <Table.Th ta="right">At most</Table.Th>
                <Table.Th>Last</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody className="figures">
              {operations.map(({ source, name, count, averageMs, longestMs, lastSeenAt }) => (
                <Table.Tr key={`${source} ${name}`}>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td>{source}</Table.Td>
                  <Table.Td ta="right">{count}</Table.Td>
                  <Table.Td ta="right">{Math.round(averageMs)} ms</Table.Td>
                  <Table.Td ta="right">{longestMs} ms</Table.Td>
                  <Table.Td>
                    <Ago at={lastSeenAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Paper>
  );
}

/** What breaks and what is slow, on the platform and in front of it. */
export function ErrorsPage() {
  const [source, setSource] = useState('');
  const variables = source === '' ? {} : { source };
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(ErrorGroupsDocument, { variables, pollInterval: EVERY_MS });
  const shown = (data ?? previousData)?.errorGroups ?? undefined;
  return (
    <>
      <PageHead title="Errors" hint="What breaks and what is slow, on the platform and in front of it.">
        <NativeSelect aria-label="From where" value={source} onChange={(event) => setSource(event.currentTarget.value)} data={SOURCES} />
      </PageHead>
      <Stack>
        <Listing
          what="the errors"
          query={{ error, loading, refetch }}
          count={shown?.edges.length}
          empty={{ title: 'Nothing has broken', hint: 'Errors appear here, the same ones counted together.' }}
          page={shown?.pageInfo}
          onMore={(after) => fetchMore({ variables: { ...variables, after } })}
        >
          <Table.ScrollContainer minWidth={640} tabIndex={0} role="region" aria-label="What breaks">
            <Table verticalSpacing="sm" horizontalSpacing="md">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Error</Table.Th>
                  <Table.Th>Where</Table.Th>
                  <Table.Th ta="right">Times</Table.Th>
                  <Table.Th>First</Table.Th>
                  <Table.Th>Last</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {shown?.edges.map(({ node: group }) => (
                  <Table.Tr key={group.fingerprint}>
                    <Table.Td>
                      <Text size="sm" fw={600}>
                        {group.name}
                      </Text>
                      <Text size="sm">{group.message}</Text>
                      <Text size="xs" c="dimmed" ff="monospace">
                        {group.place}
                      </Text>
                    </Table.Td>
                    <Table.Td>
                      <Badge color="gray" tt="none">
                        {group.source}
                      </Badge>
                    </Table.Td>
                    <Table.Td ta="right" className="figures">
                      {group.count}
                    </Table.Td>
                    <Table.Td>
                      <Ago at={group.firstSeenAt} />
                    </Table.Td>
                    <Table.Td>
                      <Ago at={group.lastSeenAt} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Listing>
        <Slow />
      </Stack>
    </>
  );
}
