import type { FlagValue } from '../flags/flag-value.js';
import type { OpsEvent } from '../incidents/ops-event.js';
import {
  PROVIDER_OF_EVENT,
  type Playbook,
  type PlaybookFlag,
  type ResponseClassification,
} from './playbook.js';

export interface RecommendedFlag {
  readonly key: string;
  readonly value: FlagValue;
  readonly reason: string;
}

export interface OpsSpineResponse {
  readonly decision: string;
  /** In the order they are to be taken. */
  readonly steps: readonly string[];
  /** What the recommended steps and flags may do to those who did nothing wrong. */
  readonly risks: readonly string[];
  readonly recommended_flags: readonly RecommendedFlag[];
  /** One line for each recommended flag in the same order, then what else there is to undo. */
  readonly rollback_plan: readonly string[];
  readonly classification: ResponseClassification;
}

function stepsFor(playbook: Playbook, event: OpsEvent): readonly string[] {
  return playbook.steps.flatMap((step) => {
    if (typeof step === 'string') return [step];
    return event.severity_guess >= step.fromSeverity ? [step.text] : [];
  });
}

function flagsFor(playbook: Playbook, event: OpsEvent): readonly (PlaybookFlag & RecommendedFlag)[] {
  return playbook.flags.flatMap((flag) => {
    const value = flag.value === PROVIDER_OF_EVENT ? event.provider : flag.value;
    return value === undefined || event.severity_guess < (flag.fromSeverity ?? 0) ? [] : [{ ...flag, value }];
  });
}

/** The playbook's advice for this event. Nothing but these two decides: equal events get equal answers, byte for byte. */
export function followPlaybook(playbook: Playbook, event: OpsEvent): OpsSpineResponse {
  const flags = flagsFor(playbook, event);
  return {
    decision: playbook.decision,
    steps: stepsFor(playbook, event),
    risks: [...playbook.risks],
    recommended_flags: flags.map(({ key, value, reason }) => ({ key, value, reason })),
    rollback_plan: [...flags.map((flag) => flag.rollback), ...playbook.rollback],
    classification: playbook.classification,
  };
}
