import { z } from 'zod';
import { lineSchema } from '../../_kernel/validation/text.js';
import { maySignIn, type UserStatus } from '../user/user.js';

/** What an administrator can say of somebody. The other statuses are a person's own, or end by a verification. */
export const RULINGS = ['ACTIVE', 'SUSPENDED', 'BANNED'] as const;
type Ruling = (typeof RULINGS)[number];

/** Where a person stands, and what lies under it, the last first: where she stands again once that is lifted. */
export interface Standing {
  readonly status: UserStatus;
  readonly underlying: readonly UserStatus[];
}

const isSanction = (status: UserStatus): boolean => status === 'SUSPENDED' || status === 'BANNED';

const withOver = ({ status, underlying }: Standing, over: UserStatus): Standing => ({
  status: over,
  underlying: [...underlying, status],
});

const lifted = ({ underlying }: Standing): Standing => ({
  status: underlying.at(-1) ?? 'ACTIVE',
  underlying: underlying.slice(0, -1),
});

/**
 * Where somebody stands after an administrator has spoken. `ACTIVE` lifts a sanction, or what she did herself.
 * @returns the same standing when it says nothing new, null where only a verification can help
 */
export function afterRuling(standing: Standing, ruling: Ruling): Standing | null {
  const { status } = standing;
  if (status === ruling) return standing;
  if (ruling !== 'ACTIVE') return isSanction(status) ? { ...standing, status: ruling } : withOver(standing, ruling);
  return isSanction(status) || status === 'INACTIVE' ? lifted(standing) : null;
}

/** Holds somebody until it is verified who she is; null for who stands worse already. */
export function afterHold(standing: Standing): Standing | null {
  if (standing.status === 'HOLD') return standing;
  return isSanction(standing.status) ? null : withOver(standing, 'HOLD');
}

/** Ends a hold; null where there is none. */
export const afterRelease = (standing: Standing): Standing | null =>
  standing.status === 'HOLD' ? lifted(standing) : null;

/** A person closes her own account; null for who cannot sign in anyway. */
export const afterLeaving = (standing: Standing): Standing | null =>
  maySignIn(standing.status) ? withOver(standing, 'INACTIVE') : null;

export const reasonSchema = z.object({ reason: lineSchema(300) });

export const rulingSchema = reasonSchema.extend({
  status: z.enum(RULINGS, 'must be ACTIVE, SUSPENDED or BANNED: the others are not for an administrator to set'),
});
