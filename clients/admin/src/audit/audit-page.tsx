import { useQuery } from '@apollo/client/react';
import { Badge, Code, Drawer, Select, Stack, Table, Text, UnstyledButton } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { AuditTrailDocument, type AuditAction, type AuditRowFragment } from '../graph/operations.generated.js';
import { Ago } from '../shared/ago.js';
import { Listing } from '../shared/listing.js';
import { PageHead } from '../shared/page-head.js';
import { momentOf, wordsOf } from '../shared/words.js';
import { ProofCheck } from './proof-check.js';

const ACTIONS: readonly AuditAction[] = [
  'AUTH_LOGIN',
  'AUTH_LOGOUT',
  'AUTH_PASSWORD_RESET',
  'AUTH_EMAIL_VERIFY',
  'AUTH_MFA_CHANGED',
  'RBAC_ROLE_CHANGED',
  'TENANT_SWITCH',
  'API_KEY_CHANGED',
  'FEATURE_FLAG_CHANGED',
  'DATA_EXPORT',
  'DATA_DELETE',
  'PAYMENT_EVENT',
  'ADMIN_IMPERSONATION',
  'SECURITY_POLICY_DECISION',
  'USER_REPORTED',
  'USER_BLOCKED',
  'SYSTEM_ALERT_SENT',
  'OPS_ACTION_APPLIED',
];
const isAction = (value: string | null): value is AuditAction => ACTIONS.some((action) => action === value);

function Detail({ entry }: { readonly entry: AuditRowFragment }) {
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['When', momentOf(entry.occurredAt)],
    ['Company', entry.tenant?.name ?? 'The platform'],
    ['By', `${wordsOf(entry.actorKind)}${entry.actorId ? ` ${entry.actorId}` : ''}`],
    ['About', entry.subjectUserId ?? '–'],
    ['Through', entry.surface],
    ['Address', entry.ip ?? '–'],
    ['Browser', entry.userAgent ?? '–'],
    ['Request', entry.requestId],
  ];
  return (
    <Stack>
      <Table verticalSpacing={6} layout="fixed">
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={96} ta="left">
                {name}
              </Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Code block tabIndex={0} aria-label="What was noted">
        {JSON.stringify(entry.meta, null, 2)}
      </Code>
      <ProofCheck key={entry.id} entry={entry} />
    </Stack>
  );
}

function EntryLine({ entry, onOpen }: { readonly entry: AuditRowFragment; readonly onOpen: () => void }) {
  return (
    <Table.Tr>
      <Table.Td>
        <UnstyledButton onClick={onOpen} fw={600} fz="sm" td="underline" style={{ textUnderlineOffset: 3 }}>
          {wordsOf(entry.action)}
        </UnstyledButton>
      </Table.Td>
      <Table.Td>{entry.tenant?.name ?? 'The platform'}</Table.Td>
      <Table.Td>
        <Badge color="gray" tt="none">
          {wordsOf(entry.actorKind)}
        </Badge>
      </Table.Td>
      <Table.Td>{entry.surface}</Table.Td>
      <Table.Td>
        <Ago at={entry.occurredAt} />
      </Table.Td>
    </Table.Tr>
  );
}

/** Who did what, and the proof that nobody has changed the record of it. */
export function AuditPage() {
  const [action, setAction] = useState<AuditAction | null>(null);
  const [open, setOpen] = useState<AuditRowFragment | null>(null);
  const variables = action ? { filter: { action } } : {};
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(AuditTrailDocument, { variables });
  const trail = data ?? previousData;
  const entries = trail?.auditEntries?.edges.map(({ node }) => node) ?? [];
  return (
    <>
      <PageHead title="Audit trail" hint={trail?.auditEntryCount == null ? 'Who did what, newest first.' : `${trail.auditEntryCount} entries, newest first.`}>
        <Select
          aria-label="Kind of entry"
          placeholder="Every kind"
          clearable
          searchable
          clearButtonProps={{ 'aria-label': 'Every kind' }}
          data={ACTIONS.map((value) => ({ value, label: wordsOf(value) }))}
          value={action}
          onChange={(value) => setAction(isAction(value) ? value : null)}
        />
      </PageHead>
      <Listing
        what="the audit trail"
        query={{ error, loading, refetch }}
        count={trail && entries.length}
        empty={{ title: 'No entries', hint: 'Choose another kind.' }}
        page={trail?.auditEntries?.pageInfo}
        onMore={(after) => fetchMore({ variables: { ...variables, after } })}
      >
        <Table.ScrollContainer minWidth={680} tabIndex={0} role="region" aria-label="Entries">
          <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>What</Table.Th>
                <Table.Th>Where</Table.Th>
                <Table.Th>By</Table.Th>
                <Table.Th>Through</Table.Th>
                <Table.Th>When</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {entries.map((entry) => (
                <EntryLine key={entry.id} entry={entry} onOpen={() => setOpen(entry)} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Listing>
      <Drawer
        opened={open !== null}
        onClose={() => setOpen(null)}
        position="right"
        size="lg"
        title={<Text fw={650}>{open && wordsOf(open.action)}</Text>}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {open && <Detail entry={open} />}
      </Drawer>
    </>
  );
}
