import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A page's name, what it is for, and what can be done to all of it. */
export function PageHead({ title, hint, children }: { readonly title: string; readonly hint: string; readonly children?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-end" mb="md">
      <Stack gap={2}>
        <Title order={1}>{title}</Title>
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      </Stack>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
