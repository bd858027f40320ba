import { useMutation, useQuery } from '@apollo/client/react';
import { Alert, Badge, Button, Group, Modal, Select, Stack, Table, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState, type SubmitEvent } from 'react';
import {
  ReactivateTenantDocument,
  SuspendTenantDocument,
  TenantsDocument,
  type TenantRowFragment,
  type TenantStatus,
} from '../graph/operations.generated.js';
import { useStepUp } from '../session/step-up.js';
import { Listing } from '../shared/listing.js';
import { PageHead } from '../shared/page-head.js';
import { momentOf, wordsOf } from '../shared/words.js';

const STATUSES: readonly TenantStatus[] = ['ACTIVE', 'SUSPENDED', 'TRIAL_EXPIRED', 'CANCELLED'];
const statusColors: Readonly<Record<string, string>> = { ACTIVE: 'teal', SUSPENDED: 'red', TRIAL_EXPIRED: 'orange', CANCELLED: 'gray' };
const isStatus = (value: string | null): value is TenantStatus => STATUSES.some((status) => status === value);
const TYPING_MS = 250;

interface Outcome {
  readonly __typename: string;
  readonly message?: string;
}

function useTenantActions() {
  const withStepUp = useStepUp();
  const [suspend] = useMutation(SuspendTenantDocument);
  const [reactivate] = useMutation(ReactivateTenantDocument);
  const [refusal, setRefusal] = useState<string | null>(null);
  const act = async (action: () => Promise<Outcome | null>): Promise<void> => {
    setRefusal(null);
    const outcome = await withStepUp(action).catch((error: unknown) => ({
      __typename: 'Failure',
      message: error instanceof Error ? error.message : 'The platform gave no answer',
    }));
    if (outcome && outcome.__typename !== 'Tenant') setRefusal(outcome.message ?? 'It was refused');
  };
  return {
    refusal,
    suspend: (id: string, reason: string) => act(async () => (await suspend({ variables: { id, reason } })).data?.suspendTenant ?? null),
    reactivate: (id: string) => act(async () => (await reactivate({ variables: { id } })).data?.reactivateTenant ?? null),
  };
}

function Suspension({ tenant, onSuspend, onClose }: { readonly tenant: TenantRowFragment | null; readonly onSuspend: (reason: string) => void; readonly onClose: () => void }) {
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const reason = new FormData(event.currentTarget).get('reason');
    onSuspend(typeof reason === 'string' ? reason : '');
  };
  return (
    <Modal opened={tenant !== null} onClose={onClose} title={`Suspend ${tenant?.name ?? ''}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm" c="dimmed">
            Nobody of the company can sign in or change anything until it is reactivated. Nothing is deleted.
          </Text>
          <Textarea name="reason" label="Reason" description="The company is told, and the audit trail keeps it." required withAsterisk={false} autosize minRows={2} data-autofocus />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color="red">
              Suspend
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
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
        {actions.refusal && (
          <Alert color="red" role="alert">
            {actions.refusal}
          </Alert>
        )}
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
      <Suspension
        tenant={suspending}
        onClose={() => setSuspending(null)}
        onSuspend={(reason) => {
          if (suspending) void actions.suspend(suspending.id, reason);
          setSuspending(null);
        }}
      />
    </>
  );
}
