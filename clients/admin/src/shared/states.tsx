import { Alert, Button, Center, Loader, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';

export function Loading({ what }: { readonly what: string }) {
  return (
    <Center py="xl" role="status" aria-label={`Loading ${what}`}>
      <Loader size="sm" />
    </Center>
  );
}

export function Empty({ title, hint }: { readonly title: string; readonly hint: string }) {
  return (
    <Center py={48} px="md">
      <Stack gap={4} align="center">
        <Text fw={600}>{title}</Text>
        <Text size="sm" c="dimmed" ta="center">
          {hint}
        </Text>
      </Stack>
    </Center>
  );
}

/** Something could not be loaded; what was there before stays on the page. */
export function Failed({ what, error, onRetry }: { readonly what: string; readonly error: { readonly message: string }; readonly onRetry: () => void }) {
  return (
    <Alert color="red" role="alert" icon={<IconAlertTriangle />} title={`Cannot load ${what}`} m="sm">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{error.message}</Text>
        <Button size="xs" variant="default" onClick={onRetry}>
          Try again
        </Button>
      </Stack>
    </Alert>
  );
}
