import { InvalidTransitionError } from '../../_kernel/errors/domain-error.js';
import type { Plan, TenantStatus } from '../../_kernel/wire/tenant.js';

/** Days that a deleted company can be brought back in. */
export const RESTORABLE_DAYS = 30;

const DAY_MS = 86_400_000;

/** What a company's status depends on. */
export interface LifeFacts {
  readonly status: TenantStatus;
  readonly plan: Plan;
  readonly trialEndsAt: Date | null;
  readonly suspendedAt: Date | null;
  readonly suspensionReason: string | null;
  readonly deletedAt: Date | null;
}

/** A step in the life of a company. */
export type LifeStep =
  | { readonly kind: 'SUSPEND'; readonly reason: string }
  | { readonly kind: 'REACTIVATE' }
  | { readonly kind: 'END_TRIAL' }
  | { readonly kind: 'EXTEND_TRIAL'; readonly until: Date }
  | { readonly kind: 'CHOOSE_PLAN'; readonly plan: Plan }
  | { readonly kind: 'DELETE' }
  | { readonly kind: 'RESTORE' };

/** From where each step goes. Where it leads can depend on what has happened meanwhile. */
const FROM: Readonly<Record<LifeStep['kind'], readonly TenantStatus[]>> = {
  SUSPEND: ['ACTIVE', 'TRIAL_EXPIRED'],
  REACTIVATE: ['SUSPENDED'],
  END_TRIAL: ['ACTIVE'],
  EXTEND_TRIAL: ['ACTIVE', 'TRIAL_EXPIRED'],
  CHOOSE_PLAN: ['ACTIVE', 'TRIAL_EXPIRED'],
  DELETE: ['ACTIVE', 'SUSPENDED', 'TRIAL_EXPIRED'],
  RESTORE: ['CANCELLED'],
};

/** What a step aims at, for the message of one that is refused. */
const AIM: Readonly<Record<LifeStep['kind'], TenantStatus>> = {
  SUSPEND: 'SUSPENDED',
  REACTIVATE: 'ACTIVE',
  END_TRIAL: 'TRIAL_EXPIRED',
  EXTEND_TRIAL: 'ACTIVE',
  CHOOSE_PLAN: 'ACTIVE',
  DELETE: 'CANCELLED',
  RESTORE: 'ACTIVE',
};

const isTrialOver = ({ trialEndsAt }: LifeFacts, now: Date): boolean => trialEndsAt !== null && trialEndsAt <= now;

/** Until when a deleted company can be brought back; null for one that is not deleted. */
export const restorableUntil = ({ deletedAt }: Pick<LifeFacts, 'deletedAt'>): Date | null =>
  deletedAt && new Date(deletedAt.getTime() + RESTORABLE_DAYS * DAY_MS);

/** Where a company stands that nothing holds back: its trial goes on while it is locked out or deleted. */
const statusAtRest = (facts: LifeFacts, now: Date): TenantStatus =>
  isTrialOver(facts, now) ? 'TRIAL_EXPIRED' : 'ACTIVE';

const NOT_SUSPENDED = { suspendedAt: null, suspensionReason: null } as const;

/**
 * What a step makes of a company.
 * @throws {InvalidTransitionError} for a step that is not possible from where it stands
 */
export function afterStep(facts: LifeFacts, step: LifeStep, now: Date): LifeFacts {
  const refuse = (reason?: string): never => {
    throw new InvalidTransitionError(facts.status, AIM[step.kind], reason);
  };
  if (!FROM[step.kind].includes(facts.status)) return refuse();
  switch (step.kind) {
    case 'SUSPEND':
      return { ...facts, status: 'SUSPENDED', suspendedAt: now, suspensionReason: step.reason };
    case 'REACTIVATE':
      return { ...facts, ...NOT_SUSPENDED, status: statusAtRest(facts, now) };
    case 'END_TRIAL':
      return isTrialOver(facts, now) ? { ...facts, status: 'TRIAL_EXPIRED' } : refuse('Its trial has not ended');
    case 'EXTEND_TRIAL':
      return step.until > now ? { ...facts, status: 'ACTIVE', trialEndsAt: step.until } : refuse();
    case 'CHOOSE_PLAN':
      return { ...facts, status: 'ACTIVE', plan: step.plan, trialEndsAt: null };
    case 'DELETE':
      return { ...facts, status: 'CANCELLED', deletedAt: now };
    case 'RESTORE': {
      const until = restorableUntil(facts);
      if (!until || until <= now) return refuse(`It was deleted more than ${RESTORABLE_DAYS} days ago`);
      // One that was locked out before comes back locked out.
      return { ...facts, deletedAt: null, status: facts.suspendedAt ? 'SUSPENDED' : statusAtRest(facts, now) };
    }
  }
}
