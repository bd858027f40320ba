import { useQuery } from '@apollo/client/react';
import { Paper, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { FlagsDocument } from '../graph/operations.generated.js';
import { Ago } from '../shared/ago.js';
import { PageHead } from '../shared/page-head.js';
import { Empty, Failed, Loading } from '../shared/states.js';
import { textOf, wordsOf } from '../shared/words.js';
import { FlagBadges } from './flag-badges.js';
import { NewFlag } from './new-flag.js';
import { Proposals } from './proposals.js';

const FILTERS = {
  use: { label: 'In use', variables: {} },
  stale: { label: 'Stale', variables: { stale: true } },
  archived: { label: 'Archived', variables: { archived: true } },
} as const;
type Which = keyof typeof FILTERS;
const isWhich = (value: string): value is Which => Object.hasOwn(FILTERS, value);

/** What can be switched while the platform runs. */
export function FlagsPage() {
  const [which, setWhich] = useState<Which>('use');
  const { data, error, loading, refetch } = useQuery(FlagsDocument, { variables: FILTERS[which].variables });
  const flags = data?.featureFlags;
  return (
    <>
      <PageHead title="Flags" hint="What can be switched while the platform runs.">
        <SegmentedControl
          aria-label="Which flags"
          value={which}
          onChange={(value) => setWhich(isWhich(value) ? value : 'use')}
          data={Object.entries(FILTERS).map(([value, { label }]) => ({ value, label }))}
        />
        <NewFlag />
      </PageHead>
      <Stack>
        <Proposals />
        <Paper>
          {error && <Failed what="the flags" error={error} onRetry={() => void refetch()} />}
          {!flags && loading && <Loading what="the flags" />}
          {flags?.length === 0 && <Empty title="No flags" hint={which === 'stale' ? 'Nothing lies around that nobody needs.' : 'Make one, or choose others.'} />}
          {flags && flags.length > 0 && (
            <Table.ScrollContainer minWidth={680} tabIndex={0} role="region" aria-label="Flags">
              <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Flag</Table.Th>
                    <Table.Th>Type</Table.Th>
                    <Table.Th>For everyone</Table.Th>
                    <Table.Th ta="right">Rules</Table.Th>
                    <Table.Th ta="right">Companies</Table.Th>
                    <Table.Th>Changed</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {flags.map((flag) => (
                    <Table.Tr key={flag.key}>
                      <Table.Td>
                        <Link href={`/flags/${encodeURIComponent(flag.key)}`} className="plain-link">
                          {flag.key}
                        </Link>
                        <Text size="xs" c="dimmed" lineClamp={2} mb={4}>
                          {flag.description}
                        </Text>
                        <FlagBadges flag={flag} />
                      </Table.Td>
                      <Table.Td>{wordsOf(flag.type)}</Table.Td>
                      <Table.Td ff="monospace" fz="xs">
                        {textOf(flag.killSwitchOn ? flag.killSwitchValue : flag.defaultValue).slice(0, 60)}
                      </Table.Td>
                      <Table.Td ta="right" className="figures">
                        {flag.rules.length}
                      </Table.Td>
                      <Table.Td ta="right" className="figures">
                        {flag.overrides.length}
                      </Table.Td>
                      <Table.Td>{flag.changedAt ? <Ago at={flag.changedAt} /> : 'Never'}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )}
        </Paper>
      </Stack>
    </>
  );
}
