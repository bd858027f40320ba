import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import type { ReactNode, SubmitEvent } from 'react';
import { Refused } from './refused.js';

/** Asks for what an action needs before it is done. */
export function AskDialog(props: {
  readonly open: boolean;
  readonly title: string;
  readonly hint?: string;
  /** What the button says that does it. */
  readonly verb: string;
  readonly danger?: boolean;
  readonly busy: boolean;
  readonly refusal: string | null;
  readonly onSubmit: (form: HTMLFormElement) => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}) {
  const { open, title, hint, verb, danger, busy, refusal, onSubmit, onClose, children } = props;
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    onSubmit(event.currentTarget);
  };
  return (
    <Modal opened={open} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <Stack>
          {hint !== undefined && (
            <Text size="sm" c="dimmed">
              {hint}
            </Text>
          )}
          <Refused why={refusal} />
          {children}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} {...(danger ? { color: 'red' } : {})}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Why something is done; the audit trail keeps it. */
export function ReasonField({ description = 'The audit trail keeps it.', focused = false }: { readonly description?: string; readonly focused?: boolean }) {
  return (
    <Textarea
      name="reason"
      label="Reason"
      description={description}
      required
      withAsterisk={false}
      autosize
      minRows={2}
      maxLength={500}
      {...(focused ? { 'data-autofocus': true } : {})}
    />
  );
}
