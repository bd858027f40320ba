import { Alert } from '@mantine/core';

/** Why the platform did not do something; nothing when it did. */
export function Refused({ why }: { readonly why: string | null }) {
  if (why === null) return null;
  return (
    <Alert color="red" role="alert">
      {why}
    </Alert>
  );
}
