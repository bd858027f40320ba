import { useMutation, useQuery } from '@apollo/client/react';
import { Badge, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import {
  ReactivateTenantDocument,
  SuspendTenantDocument,
  TenantsDocument,
  type TenantRowFragment,
  type TenantStatus,
} from '../graph/operations.generated.js';
import { AskDialog, ReasonField } from '../shared/ask-dialog.js';
import { fieldIn } from '../shared/form.js';
import { Listing } from '../shared/listing.js';
import { PageHead } from '../shared/page-head.js';
import { Refused } from '../shared/refused.js';
import { useAction } from '../shared/use-action.js';
import { momentOf, wordsOf } from '../shared/words.js';

const STATUSES: readonly TenantStatus[] = ['ACTIVE', 'SUSPENDED', 'TRIAL_EXPIRED', 'CANCELLED'];
const statusColors: Readonly<Record<string, string>> = { ACTIVE: 'teal', SUSPENDED: 'red', TRIAL_EXPIRED: 'orange', CANCELLED: 'gray' };
const isStatus = (value: string | null): value is TenantStatus => STATUSES.some((status) => status === value);
const TYPING_MS = 250;

function useTenantActions() {
  const [suspend] = useMutation(SuspendTenantDocument);
  const [reactivate] = useMutation(ReactivateTenantDocument);
  const { act, busy, refusal, clear } = useAction('Tenant');
  return {
    busy,
    refusal,
    clear,
    suspend: (id: string, reason: string) => act(async () => (await suspend({ variables: { id, reason } })).data?.suspendTenant ?? null),
    reactivate: (id: string) => act(async () => (await reactivate({ variables: { id } })).data?.reactivateTenant ?? null),
  };
}

function Suspension({ tenant, actions, onClose }: { readonly tenant: TenantRowFragment | null; readonly actions: ReturnType<typeof useTenantActions>; readonly onClose: () => void }) {
  return (
    <AskDialog
      open={tenant !== null}
      title={`Suspend ${tenant?.name ?? ''}`}
      hint="Nobody of the company can sign in or change anything until it is reactivated. Nothing is deleted."
      verb="Suspend"
      danger
      busy={actions.busy}
      refusal={actions.refusal}
      onClose={() => {
        actions.clear();
        onClose();
      }}
      onSubmit={(form) => {
        if (tenant) void actions.suspend(tenant.id, fieldIn(form, 'reason')).then((done) => (done ? onClose() : undefined));
      }}
    >
      <ReasonField description="The company is told, and the audit trail keeps it." focused />
    </AskDialog>
  );
}

function TenantLine({ tenant, onSuspend, onReactivate }: { readonly tenant: TenantRowFragment; readonly onSuspend: () => void; readonly onReactivate: () => void }) {
  const { name, slug, status, plan, createdAt, suspensionReason } = tenant;
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {slug}
        </Text>
      </Table.Td>
      <Table.Td>
        {status && (
          <Badge color={statusColors[status] ?? 'gray'} tt="none">
            {wordsOf(status)}
          </Badge>
        )}
        {suspensionReason && (
          <Text size="xs" c="dimmed" mt={2}>
            {suspensionReason}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{plan && wordsOf(plan)}</Table.Td>
      <Table.Td className="figures">{momentOf(createdAt)}</Table.Td>
      <Table.Td ta="right">
        {status === 'SUSPENDED' ? (
          <Button size="xs" variant="default" onClick={onReactivate} aria-label={`Reactivate ${name}`}>
            Reactivate
          </Button>
        ) : (
          <Button size="xs" variant="default" disabled={status === 'CANCELLED'} onClick={onSuspend} aria-label={`Suspend ${name}`}>
            Suspend
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** The companies of the platform. */
export function TenantsPage() {
  const [search, setSearch] = useState('');
  const [typed] = useDebouncedValue(search.trim(), TYPING_MS);
  const [status, setStatus] = useState<TenantStatus | null>(null);
  const [suspending, setSuspending] = useState<TenantRowFragment | null>(null);
  const variables = { ...(typed ? { search: typed } : {}), ...(status ? { status } : {}) };
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(TenantsDocument, { variables });
  const actions = useTenantActions();
  const shown = (data ?? previousData)?.tenants ?? undefined;
  const tenants = shown?.edges.map(({ node }) => node) ?? [];
  return (
    <>
      <PageHead title="Companies" hint={shown?.totalCount == null ? 'All who use the platform.' : `${shown.totalCount} in all that fit.`} />
      <Stack>
        <Group grow preventGrowOverflow={false} maw={620}>
          <TextInput
            aria-label="Search"
            placeholder="Name or subdomain"
            leftSection={<IconSearch size={16} />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <Select
            aria-label="Status"
            placeholder="Any status"
            clearable
            clearButtonProps={{ 'aria-label': 'Any status' }}
            data={STATUSES.map((value) => ({ value, label: wordsOf(value) }))}
            value={status}
            onChange={(value) => setStatus(isStatus(value) ? value : null)}
          />
        </Group>
        {!suspending && <Refused why={actions.refusal} />}
        <Listing
          what="the companies"
          query={{ error, loading, refetch }}
          count={shown && tenants.length}
          empty={{ title: 'No company fits', hint: 'Search for less.' }}
          page={shown?.pageInfo}
          onMore={(after) => fetchMore({ variables: { ...variables, after } })}
        >
          <Table.ScrollContainer minWidth={680} tabIndex={0} role="region" aria-label="Companies">
            <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Company</Table.Th>
                  <Table.Th>Status</Table.Th>
                  <Table.Th>Plan</Table.Th>
                  <Table.Th>Since</Table.Th>
                  <Table.Th>
                    <span className="only-read">Actions</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {tenants.map((tenant) => (
                  <TenantLine
                    key={tenant.id}
                    tenant={tenant}
                    onSuspend={() => setSuspending(tenant)}
                    onReactivate={() => void actions.reactivate(tenant.id)}
                  />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Listing>
      </Stack>
      <Suspension tenant={suspending} actions={actions} onClose={() => setSuspending(null)} />
    </>
  );
}
