import { Alert, Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { createContext, use, useCallback, useMemo, useRef, useState, type ReactNode, type SubmitEvent } from 'react';
import { fieldIn } from '../shared/form.js';
import type { Session } from './session.js';

interface Outcome {
  readonly __typename: string;
}

/** Does something that may ask for a fresh proof first; with it, does it again. Null when that was called off. */
export type WithStepUp = <Result extends Outcome>(action: () => Promise<Result | null>) => Promise<Result | null>;

const StepUpContext = createContext<WithStepUp | null>(null);

export function useStepUp(): WithStepUp {
  const withStepUp = use(StepUpContext);
  if (!withStepUp) throw new Error('There is no step-up around this component');
  return withStepUp;
}

/** Before every other dialog, which has asked for what the action takes and is still open. */
const IN_FRONT = 400;

/** Asks who is there once more, wherever an action needs it. */
export function StepUpProvider({ session, children }: { readonly session: Session; readonly children: ReactNode }) {
  const [asking, setAsking] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const decide = useRef<(proved: boolean) => void>(() => undefined);

  const prove = useCallback(
    () =>
      new Promise<boolean>((resolve) => {
        decide.current = resolve;
        setRefusal(null);
        setAsking(true);
      }),
    [],
  );
  const withStepUp = useMemo<WithStepUp>(
    () => async (action) => {
      const first = await action();
      if (first?.__typename !== 'StepUpRequiredError') return first;
      return (await prove()) ? action() : null;
    },
    [prove],
  );

  const close = (proved: boolean): void => {
    setAsking(false);
    setBusy(false);
    decide.current(proved);
  };
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const code = fieldIn(form, 'code');
    setBusy(true);
    const why = await session
      .stepUp({ password: fieldIn(form, 'password'), ...(code ? { code } : {}) })
      .catch(() => 'The platform cannot be reached. Try again in a moment.');
    if (why === null) {
      close(true);
      return;
    }
    setBusy(false);
    setRefusal(why);
  };

  return (
    <StepUpContext value={withStepUp}>
      {children}
      <Modal opened={asking} onClose={() => close(false)} title="Confirm that it is you" zIndex={IN_FRONT} closeButtonProps={{ 'aria-label': 'Close' }}>
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            <Text size="sm" c="dimmed">
              What you are about to do weighs enough that a session alone does not suffice.
            </Text>
            {refusal && (
              <Alert color="red" role="alert">
                {refusal}
              </Alert>
            )}
            <PasswordInput
              name="password"
              label="Password"
              autoComplete="current-password"
              required
              withAsterisk={false}
              data-autofocus
              visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
            />
            <TextInput
              name="code"
              label="Code of your authenticator app"
              description="Only if you have a second factor."
              autoComplete="one-time-code"
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => close(false)}>
                Cancel
              </Button>
              <Button type="submit" loading={busy}>
                Confirm
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </StepUpContext>
  );
}
