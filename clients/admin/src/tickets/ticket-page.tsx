import { useMutation, useQuery } from '@apollo/client/react';
import { Anchor, Badge, Button, Checkbox, Group, NativeSelect, Paper, Stack, Text, Textarea } from '@mantine/core';
import type { SubmitEvent } from 'react';
import { Link } from 'wouter';
import {
  AssignTicketDocument,
  ChangeTicketPriorityDocument,
  ChangeTicketStatusDocument,
  ReplyToTicketDocument,
  TicketByIdDocument,
  type TicketPriority,
  type TicketStatus,
  type TicketWholeFragment,
} from '../graph/operations.generated.js';
import { fieldIn } from '../shared/form.js';
import { PageHead } from '../shared/page-head.js';
import { Refused } from '../shared/refused.js';
import { Empty, Failed, Loading } from '../shared/states.js';
import { useAction } from '../shared/use-action.js';
import { momentOf, wordsOf } from '../shared/words.js';
import { TICKET_PRIORITIES, TicketPriorityBadge, TicketStatusBadge } from './ticket-badges.js';

const EVERY_MS = 10_000;

/** How far a ticket may come next. */
const nextOf: Readonly<Record<TicketStatus, readonly TicketStatus[]>> = {
  OPEN: ['IN_PROGRESS', 'WAITING_FOR_CUSTOMER', 'RESOLVED', 'CLOSED'],
  IN_PROGRESS: ['WAITING_FOR_CUSTOMER', 'RESOLVED', 'CLOSED'],
  WAITING_FOR_CUSTOMER: ['IN_PROGRESS', 'RESOLVED', 'CLOSED'],
  RESOLVED: ['IN_PROGRESS', 'CLOSED'],
  CLOSED: [],
};

function Message({ message: { authorKind, body, isInternal, at } }: { readonly message: TicketWholeFragment['messages'][number] }) {
  const staff = authorKind === 'PLATFORM';
  return (
    <Paper component="article" aria-label={staff ? 'Staff' : 'The company'} p="md" ml={staff ? { base: 0, sm: 'xl' } : 0} mr={staff ? 0 : { base: 0, sm: 'xl' }}>
      <Group justify="space-between" gap="xs" mb={6}>
        <Group gap="xs">
          <Text size="sm" fw={600}>
            {staff ? 'Staff' : 'The company'}
          </Text>
          {isInternal && (
            <Badge color="yellow" tt="none">
              Only staff sees this
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {momentOf(at)}
        </Text>
      </Group>
      <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
        {body}
      </Text>
    </Paper>
  );
}

function Reply({ ticketId }: { readonly ticketId: string }) {
  const [reply] = useMutation(ReplyToTicketDocument);
  const { act, busy, refusal } = useAction('SupportTicket');
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const variables = { id: ticketId, body: fieldIn(form, 'body'), isInternal: new FormData(form).has('isInternal') };
    const said = await act(async () => (await reply({ variables })).data?.replyToSupportTicket ?? null);
    if (said) form.reset();
  };
  return (
    <Paper p="md">
      <form
        aria-label="Answer"
        onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <Stack>
          <Refused why={refusal} />
          <Textarea name="body" label="Your answer" required withAsterisk={false} autosize minRows={3} maxLength={10_000} />
          <Group justify="space-between">
            <Checkbox name="isInternal" label="Only for staff" />
            <Button type="submit" loading={busy}>
              Answer
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

function Controls({ ticket, adminId }: { readonly ticket: TicketWholeFragment; readonly adminId: string }) {
  const { id, status, priority, assigneeId } = ticket;
  const [changeStatus] = useMutation(ChangeTicketStatusDocument);
  const [changePriority] = useMutation(ChangeTicketPriorityDocument);
  const [assign] = useMutation(AssignTicketDocument);
  const { act, busy, refusal } = useAction('SupportTicket');
  const mine = assigneeId === adminId;
  return (
    <Stack gap="xs">
      <Refused why={refusal} />
      <Group gap="xs" align="flex-end">
        {nextOf[status].length > 0 && (
          <NativeSelect
            label="Status"
            value={status}
            disabled={busy}
            data={[status, ...nextOf[status]].map((value) => ({ value, label: wordsOf(value) }))}
            onChange={(event) => {
              const next = nextOf[status].find((value) => value === event.currentTarget.value);
              if (next) void act(async () => (await changeStatus({ variables: { id, status: next } })).data?.changeSupportTicketStatus ?? null);
            }}
          />
        )}
        <NativeSelect
          label="Priority"
          value={priority}
          disabled={busy || status === 'CLOSED'}
          data={TICKET_PRIORITIES.map((value) => ({ value, label: wordsOf(value) }))}
          onChange={(event) => {
            const next: TicketPriority | undefined = TICKET_PRIORITIES.find((value) => value === event.currentTarget.value);
            if (next) void act(async () => (await changePriority({ variables: { id, priority: next } })).data?.changeSupportTicketPriority ?? null);
          }}
        />
        <Button
          variant="default"
          loading={busy}
          onClick={() => void act(async () => (await assign({ variables: { id, adminId: mine ? null : adminId } })).data?.assignSupportTicket ?? null)}
        >
          {mine ? 'Give it back' : 'I see to it'}
        </Button>
      </Group>
    </Stack>
  );
}

/** One ticket: what was said about it, and what staff can say and do. */
export function TicketPage({ id, adminId }: { readonly id: string; readonly adminId: string }) {
  const { data, error, loading, refetch } = useQuery(TicketByIdDocument, { variables: { id }, pollInterval: EVERY_MS });
  const ticket = data?.supportTicket;
  if (!ticket) {
    if (error) return <Failed what="the ticket" error={error} onRetry={() => void refetch()} />;
    return loading ? <Loading what="the ticket" /> : <Empty title="There is no such ticket" hint="Choose one from the list." />;
  }
  const { ticketNumber, tenant, createdAt, resolutionTimeMinutes } = ticket;
  const facts = [ticketNumber, tenant?.name ?? 'The platform', `opened ${momentOf(createdAt)}`, resolutionTimeMinutes !== null && `resolved in ${resolutionTimeMinutes} min`];
  return (
    <Stack>
      <Anchor component={Link} href="/tickets" size="sm">
        All tickets
      </Anchor>
      <PageHead title={ticket.subject} hint={facts.filter(Boolean).join(' · ')}>
        <TicketPriorityBadge priority={ticket.priority} />
        <TicketStatusBadge status={ticket.status} />
      </PageHead>
      <Controls ticket={ticket} adminId={adminId} />
      <Stack component="section" aria-label="What was said" gap="sm">
        {ticket.messages.map((message) => (
          <Message key={message.id} message={message} />
        ))}
      </Stack>
      {ticket.status !== 'CLOSED' && <Reply ticketId={ticket.id} />}
    </Stack>
  );
}
