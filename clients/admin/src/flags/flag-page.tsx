import { useQuery } from '@apollo/client/react';
import { Alert, Anchor, Button, Code, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { FlagByKeyDocument, type FlagRowFragment } from '../graph/operations.generated.js';
import { PageHead } from '../shared/page-head.js';
import { Empty, Failed, Loading } from '../shared/states.js';
import { momentOf, textOf, wordsOf } from '../shared/words.js';
import { FlagBadges } from './flag-badges.js';
import { FlagChangeDialog, type FlagChange } from './flag-change.js';
import { FlagHistory } from './flag-history.js';
import { Proposals } from './proposals.js';

function Part({ title, action, children }: { readonly title: string; readonly action?: ReactNode; readonly children: ReactNode }) {
  return (
    <Paper component="section" aria-label={title} p="md">
      <Group justify="space-between" mb="xs">
        <Title order={2}>{title}</Title>
        {action}
      </Group>
      {children}
    </Paper>
  );
}

const ruleInWords = ({ percentage, constraints, from, until }: FlagRowFragment['rules'][number]): string =>
  [
    percentage === 100 ? 'everyone' : `${percentage} % of them`,
    ...constraints.map(({ property, operator, values, inverted }) => `${property} ${inverted ? 'not ' : ''}${wordsOf(operator).toLowerCase()} ${values.join(', ')}`),
    ...(from ? [`from ${momentOf(from)}`] : []),
    ...(until ? [`until ${momentOf(until)}`] : []),
  ].join(' · ');

function Values({ flag, onChange }: { readonly flag: FlagRowFragment; readonly onChange: (change: FlagChange) => void }) {
  const small = { size: 'xs', variant: 'default' } as const;
  return (
    <>
      <Part
        title="For everyone"
        action={
          <Button {...small} onClick={() => onChange({ kind: 'VALUE' })}>
            Change the value
          </Button>
        }
      >
        <Code block tabIndex={0} role="region" aria-label="Value for everyone">
          {textOf(flag.defaultValue)}
        </Code>
        {flag.plans.map(({ plan, value }) => (
          <Text key={plan} size="sm" mt="xs">
            On {wordsOf(plan)}: <Code>{textOf(value)}</Code>
          </Text>
        ))}
      </Part>
      <Part
        title="Rules"
        action={
          <Button {...small} onClick={() => onChange({ kind: 'RULES' })}>
            Change the rules
          </Button>
        }
      >
        {flag.rules.length === 0 && (
          <Text size="sm" c="dimmed">
            None: everyone is treated alike.
          </Text>
        )}
        {flag.rules.map((rule) => (
          <Text key={rule.id} size="sm">
            <Code>{rule.id}</Code> {ruleInWords(rule)} → <Code>{textOf(rule.value)}</Code>
          </Text>
        ))}
      </Part>
      <Part
        title="Companies with a value of their own"
        action={
          <Button {...small} onClick={() => onChange({ kind: 'OVERRIDE' })}>
            Give a company its own
          </Button>
        }
      >
        {flag.overrides.length === 0 && (
          <Text size="sm" c="dimmed">
            None.
          </Text>
        )}
        {flag.overrides.length > 0 && (
          <Table aria-label="Companies with a value of their own" verticalSpacing={6}>
            <Table.Tbody>
              {flag.overrides.map(({ tenantId, tenant, value, until }) => (
                <Table.Tr key={tenantId}>
                  <Table.Td>{tenant?.name ?? 'The platform'}</Table.Td>
                  <Table.Td ff="monospace" fz="xs">
                    {textOf(value)}
                  </Table.Td>
                  <Table.Td fz="xs">{until && `until ${momentOf(until)}`}</Table.Td>
                  <Table.Td ta="right">
                    <Button {...small} aria-label={`Take back the value of ${tenant?.name ?? 'the platform'}`} onClick={() => onChange({ kind: 'OVERRIDE_REMOVED', tenantId })}>
                      Take back
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Part>
    </>
  );
}

/** One flag: what it says to whom, how that came about, and how to change it. */
export function FlagPage({ flagKey }: { readonly flagKey: string }) {
  const { data, error, loading, refetch } = useQuery(FlagByKeyDocument, { variables: { key: flagKey } });
  const [change, setChange] = useState<FlagChange | null>(null);
  const [waits, setWaits] = useState(false);
  const flag = data?.featureFlag;
  if (!flag) {
    if (error) return <Failed what="the flag" error={error} onRetry={() => void refetch()} />;
    return loading ? <Loading what="the flag" /> : <Empty title="There is no such flag" hint="Choose one from the list." />;
  }
  return (
    <>
      <Anchor component={Link} href="/flags" size="sm">
        All flags
      </Anchor>
      <PageHead title={flag.key} hint={flag.description}>
        <Button variant="default" onClick={() => setChange({ kind: flag.archived ? 'RESTORE' : 'ARCHIVE' })}>
          {flag.archived ? 'Restore' : 'Archive'}
        </Button>
        <Button color="red" variant={flag.killSwitchOn ? 'default' : 'filled'} onClick={() => setChange({ kind: flag.killSwitchOn ? 'REVIVE' : 'KILL' })}>
          {flag.killSwitchOn ? 'Take the kill switch back' : 'Kill switch'}
        </Button>
      </PageHead>
      <Stack>
        <FlagBadges flag={flag} />
        {flag.killSwitchOn && (
          <Alert color="red" title="The kill switch is on">
            Everyone gets {textOf(flag.killSwitchValue)}, whatever is said below.
          </Alert>
        )}
        {waits && (
          <Alert color="indigo" role="status" withCloseButton closeButtonLabel="Close" onClose={() => setWaits(false)}>
            Your change waits for a second person.
          </Alert>
        )}
        <Proposals of={flag.key} />
        <Values flag={flag} onChange={setChange} />
        <FlagHistory flagKey={flag.key} />
      </Stack>
      {change && (
        <FlagChangeDialog
          flag={flag}
          change={change}
          onClose={() => setChange(null)}
          onDone={(proposed) => {
            setChange(null);
            setWaits(proposed);
          }}
        />
      )}
    </>
  );
}
