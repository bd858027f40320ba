import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { fieldIn } from '../shared/form.js';
import { choosePassword } from './welcome.js';

/** The first page of whoever was made a member of platform staff: she opened it by the link of her welcome. */
export function ChoosePassword({ token, onDone }: { readonly token: string; readonly onDone: () => void }) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const password = fieldIn(event.currentTarget, 'newPassword');
    setBusy(true);
    const problem = await choosePassword(token, password).catch(() => 'The platform cannot be reached. Try again in a moment.');
    setBusy(false);
    if (problem === null) onDone();
    else setRefusal(problem);
  };

  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper w="100%" maw={400} p={{ base: 'lg', xs: 'xl' }} shadow="sm">
        <Stack gap="lg">
          <div>
            <Title order={1}>Welcome to Spine</Title>
            <Text size="sm" c="dimmed">
              Choose a password to begin. Nobody else knows it.
            </Text>
          </div>
          {refusal && (
            <Alert color="red" role="alert">
              {refusal}
            </Alert>
          )}
          <form onSubmit={(event) => void submit(event)} aria-label="Choose a password">
            <Stack>
              <PasswordInput
                name="newPassword"
                label="New password"
                description="At least 8 characters with an upper and a lower case letter, a number and a special one."
                autoComplete="new-password"
                required
                autoFocus
                withAsterisk={false}
                visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
              />
              <Button type="submit" loading={busy} fullWidth mt="xs">
                Choose this password
              </Button>
            </Stack>
          </form>
        </Stack>
      </Paper>
    </Center>
  );
}
