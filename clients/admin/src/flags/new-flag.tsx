import { useMutation } from '@apollo/client/react';
import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { CreateFlagDocument, type FlagType } from '../graph/operations.generated.js';
import { AskDialog, ReasonField } from '../shared/ask-dialog.js';
import { fieldIn } from '../shared/form.js';
import { useAction } from '../shared/use-action.js';
import { wordsOf } from '../shared/words.js';
import { FlagValueField, valueIn } from './flag-value.js';

const TYPES: readonly FlagType[] = ['BOOLEAN', 'STRING', 'NUMBER', 'JSON'];
const typeIn = (value: string): FlagType => TYPES.find((type) => type === value) ?? 'BOOLEAN';

/** Makes a flag. */
export function NewFlag() {
  const [create] = useMutation(CreateFlagDocument, { refetchQueries: ['Flags'] });
  const { act, busy, refusal, clear } = useAction('FeatureFlagReceipt');
  const [open, setOpen] = useState(false);
  const [type, setType] = useState<FlagType>('BOOLEAN');
  const [why, setWhy] = useState<string | null>(null);
  const [, go] = useLocation();

  const submit = async (form: HTMLFormElement): Promise<void> => {
    const written = valueIn(form, type);
    setWhy('why' in written ? written.why : null);
    if ('why' in written) return;
    const given = new FormData(form);
    const input = {
      key: fieldIn(form, 'key'),
      type,
      description: fieldIn(form, 'description'),
      defaultValue: written.value,
      needsApproval: given.has('needsApproval'),
      clientVisible: given.has('clientVisible'),
      permanent: given.has('permanent'),
      reason: fieldIn(form, 'reason'),
    };
    const made = await act(async () => (await create({ variables: { input } })).data?.createFeatureFlag ?? null);
    if (made) go(`/flags/${encodeURIComponent(made.flag.key)}`);
  };
  return (
    <>
      <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen(true)}>
        New flag
      </Button>
      <AskDialog
        open={open}
        title="New flag"
        verb="Create"
        busy={busy}
        refusal={why ?? refusal}
        onClose={() => {
          clear();
          setOpen(false);
        }}
        onSubmit={(form) => void submit(form)}
      >
        <TextInput name="key" label="Key" description="By which code asks for it; it never changes." required withAsterisk={false} data-autofocus />
        <Textarea name="description" label="Description" autosize minRows={2} />
        <NativeSelect label="Type" value={type} onChange={(event) => setType(typeIn(event.currentTarget.value))} data={TYPES.map((value) => ({ value, label: wordsOf(value) }))} />
        <FlagValueField key={type} type={type} initial={null} label="Value for everyone" />
        <Checkbox name="needsApproval" label="Changes need a second person" />
        <Checkbox name="clientVisible" label="Clients may see it" />
        <Checkbox name="permanent" label="It is meant to stay" description="Else it is called stale when nobody needs it any more." />
        <ReasonField />
      </AskDialog>
    </>
  );
}
