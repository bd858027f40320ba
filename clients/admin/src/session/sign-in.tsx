import { Alert, Button, Center, Group, Paper, PasswordInput, Stack, Text, TextInput, ThemeIcon, Title } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import { useState, type SubmitEvent } from 'react';
import { fieldIn } from '../shared/form.js';
import type { Session, SignedOutBecause } from './session.js';

const reasons: Readonly<Record<SignedOutBecause, string | null>> = {
  FRESH: null,
  LEFT: 'You have signed out.',
  ENDED: 'Your session has ended. Sign in again to go on where you were.',
};

const UNREACHABLE = 'The platform cannot be reached. Try again in a moment.';

/** The sign-in of platform staff: address and password, and a code for who has a second factor. */
export function SignIn({ session, because }: { readonly session: Session; readonly because: SignedOutBecause }) {
  const [asksCode, setAsksCode] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const code = fieldIn(form, 'code');
    setBusy(true);
    setRefusal(null);
    const outcome = await session
      .signIn({ email: fieldIn(form, 'email'), password: fieldIn(form, 'password'), ...(code ? { code } : {}) })
      .catch(() => ({ kind: 'REFUSED' as const, message: UNREACHABLE }));
    if (outcome.kind === 'IN') return;
    setBusy(false);
    if (outcome.kind === 'CODE_NEEDED') setAsksCode(true);
    else setRefusal(outcome.message);
  };

  const notice = reasons[because];
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper w="100%" maw={400} p={{ base: 'lg', xs: 'xl' }} shadow="sm">
        <Stack gap="lg">
          <Group gap="sm">
            <ThemeIcon radius="md" size={40} aria-hidden>
              <IconStack2 size={24} />
            </ThemeIcon>
            <div>
              <Title order={1}>Sign in to Spine</Title>
              <Text size="sm" c="dimmed">
                For platform staff
              </Text>
            </div>
          </Group>
          {notice && !refusal && (
            <Alert color="indigo" role="status">
              {notice}
            </Alert>
          )}
          {refusal && (
            <Alert color="red" role="alert">
              {refusal}
            </Alert>
          )}
          <form onSubmit={(event) => void submit(event)} aria-label="Sign in">
            <Stack>
              <TextInput name="email" type="email" label="E-mail address" autoComplete="username" required autoFocus withAsterisk={false} />
              <PasswordInput
                name="password"
                label="Password"
                autoComplete="current-password"
                required
                withAsterisk={false}
                visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
              />
              {asksCode && (
                <TextInput
                  name="code"
                  label="Code of your authenticator app"
                  description="Six digits, or one of your recovery codes."
                  autoComplete="one-time-code"
                  required
                  withAsterisk={false}
                  autoFocus
                />
              )}
              <Button type="submit" loading={busy} fullWidth mt="xs">
                {asksCode ? 'Sign in with the code' : 'Sign in'}
              </Button>
            </Stack>
          </form>
        </Stack>
      </Paper>
    </Center>
  );
}
