import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { FlagType } from '../graph/operations.generated.js';
import { fieldIn } from '../shared/form.js';

/** What was written, as a value; or why it is none. */
export type Written = { readonly value: unknown } | { readonly why: string };

/** @returns text that is JSON as what it says */
export function jsonOf(text: string): Written {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { why: 'This is not JSON' };
  }
}

/** What the field below says, as a value of the flag's type. */
export function valueIn(form: HTMLFormElement, type: FlagType): Written {
  const text = fieldIn(form, 'value');
  switch (type) {
    case 'BOOLEAN':
      return { value: text === 'true' };
    case 'STRING':
      return { value: text };
    case 'NUMBER':
      return text !== '' && Number.isFinite(Number(text)) ? { value: Number(text) } : { why: 'This is not a number' };
    case 'JSON':
      return jsonOf(text);
  }
}

/** A value of a flag, to be written. */
export function FlagValueField({ type, initial, label = 'Value' }: { readonly type: FlagType; readonly initial: unknown; readonly label?: string }) {
  const common = { name: 'value', label, 'data-autofocus': true } as const;
  switch (type) {
    case 'BOOLEAN':
      return <NativeSelect {...common} defaultValue={String(initial === true)} data={['true', 'false']} />;
    case 'STRING':
      return <TextInput {...common} defaultValue={typeof initial === 'string' ? initial : ''} />;
    case 'NUMBER':
      return <TextInput {...common} inputMode="decimal" required withAsterisk={false} defaultValue={typeof initial === 'number' ? String(initial) : ''} />;
    case 'JSON':
      return <Textarea {...common} ff="monospace" autosize minRows={4} required withAsterisk={false} defaultValue={JSON.stringify(initial ?? null, null, 2)} />;
  }
}
