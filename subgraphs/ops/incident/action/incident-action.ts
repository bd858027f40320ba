import { z } from 'zod';
import type { FlagDefinition, FlagOverride, FlagValue } from '../../../_kernel/flags/evaluation/flag.js';
import { textSchema } from '../../../_kernel/validation/text.js';
import { OPS_FLAGS } from '../../spine/response/playbook.js';
import type { RecommendedFlag } from '../../spine/response/follow-playbook.js';
import { overrideOf } from '../../flag/flag.js';

export const INCIDENT_ACTIONS = ['APPLY_RECOMMENDED_FLAGS', 'FORCE_LOGOUT', 'DISABLE_PROVIDER', 'BLOCK_SIGNUPS'] as const;

/** What the company has of its own of each flag; null for nothing. Plain JSON. */
export type FlagStates = Readonly<Record<string, FlagOverride | null>>;

/** A flag that an action sets, at the company of the incident alone. */
export interface FlagToSet {
  readonly key: string;
  readonly value: FlagValue;
}

/** A flag that an action was to set and did not, and why. */
export interface BlockedFlag {
  readonly key: string;
  readonly reason: string;
  /** UUIDs of the company's policies that stand against it. */
  readonly policyIds: readonly string[];
}

export const actionSchema = z.object({
  kind: z.enum(INCIDENT_ACTIONS),
  /** Of the recommended flags, only these; all when null. */
  keys: z.array(z.string()).max(20).nullable(),
  provider: z.string().trim().min(1, 'must not be empty').max(100).nullable(),
  reason: textSchema(500).min(1, 'must not be empty'),
});
export type ActionInput = z.output<typeof actionSchema>;

/** Not a flag but a deed: people are signed out once. */
export const isForcedLogout = ({ key, value }: FlagToSet): boolean => key === OPS_FLAGS.forceLogoutAll && value === true;

/** What the action sets; null when it lacks something, whose name is in `missing`. */
export function flagsOf(
  { kind, keys, provider }: ActionInput,
  recommended: readonly RecommendedFlag[],
): readonly FlagToSet[] | { readonly missing: 'keys' | 'provider' } {
  switch (kind) {
    case 'APPLY_RECOMMENDED_FLAGS': {
      const unknown = (keys ?? []).some((key) => !recommended.some((flag) => flag.key === key));
      if (unknown) return { missing: 'keys' };
      return recommended
        .filter(({ key }) => keys === null || keys.includes(key))
        .map(({ key, value }) => ({ key, value }));
    }
    case 'FORCE_LOGOUT':
      return [{ key: OPS_FLAGS.forceLogoutAll, value: true }];
    case 'DISABLE_PROVIDER':
      return provider === null ? { missing: 'provider' } : [{ key: OPS_FLAGS.disabledOauthProvider, value: provider }];
    case 'BLOCK_SIGNUPS':
      return [{ key: OPS_FLAGS.blockNewSignups, value: true }];
  }
}

export const stateOf = (flag: FlagDefinition, tenantId: string): FlagOverride | null => overrideOf(flag, tenantId);

/** Why an action may not set the flag; null when it may. */
export const obstacleOf = ({ needsApproval, archived, key }: FlagDefinition): string | null => {
  if (archived) return `${key} is out of use`;
  return needsApproval ? `${key} takes a second person: propose the change by setFeatureFlag` : null;
};
