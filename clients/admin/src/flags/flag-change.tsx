import { useMutation } from '@apollo/client/react';
import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import {
  ArchiveFlagDocument,
  RemoveFlagOverrideDocument,
  SetFlagDocument,
  SetFlagKillSwitchDocument,
  SetFlagRulesDocument,
  type FlagRowFragment,
  type FlagRuleInput,
  type SetFeatureFlagInput,
  type SetFlagKillSwitchMutationVariables,
} from '../graph/operations.generated.js';
import { AskDialog, ReasonField } from '../shared/ask-dialog.js';
import { fieldIn } from '../shared/form.js';
import { useAction } from '../shared/use-action.js';
import { CompanySelect } from './company-select.js';
import { FlagValueField, jsonOf, valueIn, type Written } from './flag-value.js';

/** What is about to be changed of a flag. */
export type FlagChange =
  | { readonly kind: 'VALUE' | 'OVERRIDE' | 'RULES' | 'KILL' | 'REVIVE' | 'ARCHIVE' | 'RESTORE' }
  | { readonly kind: 'OVERRIDE_REMOVED'; readonly tenantId: string };

const WORDS: Readonly<Record<FlagChange['kind'], { readonly title: string; readonly verb: string; readonly hint?: string; readonly danger?: boolean }>> = {
  VALUE: { title: 'Value for everyone', verb: 'Change' },
  OVERRIDE: { title: 'Value of one company', verb: 'Set', hint: 'It wins over everything but the kill switch.' },
  OVERRIDE_REMOVED: { title: 'Take back its own value', verb: 'Take back', hint: 'The company has what everyone has again.' },
  RULES: { title: 'Rules', verb: 'Change', hint: 'The first one that fits decides: for whom, for which share, from when until when.' },
  KILL: { title: 'Kill switch', verb: 'Throw the switch', hint: 'Everyone gets this value at once, whatever else is said. It takes no second person.', danger: true },
  REVIVE: { title: 'Kill switch', verb: 'Take the switch back', hint: 'Everyone gets again what the flag says.' },
  ARCHIVE: { title: 'Archive', verb: 'Archive', hint: 'Everyone gets the value that code falls back to.' },
  RESTORE: { title: 'Restore', verb: 'Restore' },
};

const withoutTypes = (rules: FlagRowFragment['rules']): string =>
  JSON.stringify(rules, (key, value: unknown) => (key === '__typename' ? undefined : value), 2);

const valueBefore = ({ kind }: FlagChange, flag: FlagRowFragment): unknown =>
  kind === 'KILL' && flag.type === 'BOOLEAN' ? false : flag.defaultValue;

function useChanges(key: string) {
  const options = { refetchQueries: ['FlagByKey', 'FlagChanges', 'PendingProposals'] };
  const [set] = useMutation(SetFlagDocument, options);
  const [remove] = useMutation(RemoveFlagOverrideDocument, options);
  const [setRules] = useMutation(SetFlagRulesDocument, options);
  const [kill] = useMutation(SetFlagKillSwitchDocument, options);
  const [archive] = useMutation(ArchiveFlagDocument, options);
  const setTo = async (input: SetFeatureFlagInput) => (await set({ variables: { input } })).data?.setFeatureFlag ?? null;
  const switchTo = async (variables: SetFlagKillSwitchMutationVariables) => (await kill({ variables })).data?.setFeatureFlagKillSwitch ?? null;
  const take = async (archived: boolean, reason: string) => (await archive({ variables: { key, reason, archived } })).data?.archiveFeatureFlag ?? null;
  const takeBack = async (tenantId: string, reason: string) => (await remove({ variables: { key, reason, tenantId } })).data?.removeFeatureFlagOverride ?? null;
  // What is no rule is refused by the graph, field by field.
  const ruleBy = async (rules: unknown, reason: string) =>
    (await setRules({ variables: { key, reason, rules: rules as readonly FlagRuleInput[] } })).data?.setFeatureFlagRules ?? null;

  return (change: FlagChange, given: { readonly reason: string; readonly value: unknown; readonly tenantId: string | null; readonly until: string }) => {
    const { reason, value, tenantId, until } = given;
    switch (change.kind) {
      case 'VALUE':
        return setTo({ key, value, reason });
      case 'OVERRIDE':
        return setTo({ key, value, reason, tenantId, ...(until === '' ? {} : { until: new Date(until).toISOString() }) });
      case 'OVERRIDE_REMOVED':
        return takeBack(change.tenantId, reason);
      case 'RULES':
        return ruleBy(value, reason);
      case 'KILL':
        return switchTo({ key, reason, on: true, value });
      case 'REVIVE':
        return switchTo({ key, reason, on: false });
      case 'ARCHIVE':
      case 'RESTORE':
        return take(change.kind === 'ARCHIVE', reason);
    }
  };
}

/** Asks for what a change takes, and why, and makes it. @param onDone with whether it waits for a second person */
export function FlagChangeDialog(props: {
  readonly flag: FlagRowFragment;
  readonly change: FlagChange;
  readonly onClose: () => void;
  readonly onDone: (waits: boolean) => void;
}) {
  const { flag, change, onClose, onDone } = props;
  const { title, ...words } = WORDS[change.kind];
  const make = useChanges(flag.key);
  const { act, busy, refusal } = useAction('FeatureFlagReceipt');
  const [tenantId, setTenantId] = useState<string | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const asksValue = change.kind === 'VALUE' || change.kind === 'OVERRIDE' || change.kind === 'KILL';

  const writtenIn = (form: HTMLFormElement): Written => {
    if (asksValue) return valueIn(form, flag.type);
    return change.kind === 'RULES' ? jsonOf(fieldIn(form, 'rules')) : { value: null };
  };
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const written = writtenIn(form);
    setWhy('why' in written ? written.why : null);
    if ('why' in written) return;
    const given = { reason: fieldIn(form, 'reason'), value: written.value, tenantId, until: fieldIn(form, 'until') };
    const receipt = await act(() => make(change, given));
    if (receipt) onDone(receipt.proposal !== null);
  };
  return (
    <AskDialog open title={title} {...words} busy={busy} refusal={why ?? refusal} onClose={onClose} onSubmit={(form) => void submit(form)}>
      {change.kind === 'OVERRIDE' && <CompanySelect value={tenantId} onChange={setTenantId} />}
      {asksValue && <FlagValueField type={flag.type} initial={valueBefore(change, flag)} />}
      {change.kind === 'OVERRIDE' && <TextInput name="until" type="datetime-local" label="Until" description="For good when left empty." />}
      {change.kind === 'RULES' && (
        <Textarea name="rules" label="Rules as JSON" ff="monospace" autosize minRows={8} maxRows={20} required withAsterisk={false} defaultValue={withoutTypes(flag.rules)} data-autofocus />
      )}
      <ReasonField focused={!asksValue && change.kind !== 'RULES'} />
    </AskDialog>
  );
}
