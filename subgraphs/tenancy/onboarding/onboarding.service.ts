import { ConflictError, ForbiddenError, NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { INVITED_PERSON_PURPOSE, type InvitedPerson } from '../../_kernel/wire/invited-person.js';
import type { MemberPrincipal } from '../../_kernel/wire/principal.js';
import type { TenancyEvents } from '../events.js';
import type { SettingsWriter } from '../settings/settings-writer.js';
import { identityOf, trialEndOf } from '../tenant/tenant.js';
import { updateProfile } from '../tenant/tenant.store.js';
import { ANSWERS, fingerprintOf, requireTurn, type Answers, type OnboardingStep } from './onboarding.js';
import {
  findOnboarding,
  insertAnswer,
  insertOnboarding,
  lockOnboarding,
  markCompleted,
  type OnboardingRow,
} from './onboarding.store.js';

export interface OnboardingService {
  /** Where the request's company stands; null when nobody has begun. @throws {ForbiddenError} for all but owners */
  current(context: RequestContext): Promise<OnboardingRow | null>;
  /** Begins, or says where it stands. @throws {ForbiddenError} for all but owners */
  start(context: RequestContext): Promise<OnboardingRow>;
  /**
   * Takes a step, whose effects happen with it or not at all. The same answer given again changes nothing.
   * @param input as the step's own schema wants it
   * @throws {ForbiddenError} for all but owners @throws {ValidationError}
   * @throws {NotFoundError} before it was started
   * @throws {InvalidTransitionError} for a step whose turn it is not
   * @throws {ConflictError} for one that was taken with another answer
   */
  submit(context: RequestContext, step: OnboardingStep, input: unknown): Promise<OnboardingRow>;
}

function requireOwner(context: RequestContext): MemberPrincipal {
  const member = requireMember(context);
  if (!member.roles.includes('OWNER')) throw new ForbiddenError('A company is set up by its owner');
  return member;
}

export function createOnboardingService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<TenancyEvents>;
  readonly settings: SettingsWriter;
  readonly secretBox: SecretBox;
}): OnboardingService {
  const { tenants, outbox, settings, secretBox } = parts;

  const sealed = (email: string): string => {
    const person: InvitedPerson = { email, displayName: null };
    return secretBox.seal(JSON.stringify(person), INVITED_PERSON_PURPOSE);
  };

  type Effect<Step extends OnboardingStep> = (
    db: TenantDb,
    context: RequestContext,
    answer: Answers[Step],
    owner: MemberPrincipal,
  ) => Promise<void>;

  /** What each step does beside being noted. */
  const effects: { readonly [Step in OnboardingStep]: Effect<Step> } = {
    ORGANIZATION: async (db, context, changes) => void (await settings.write(db, context, changes)),

    TEAM: async (db, context, { invitations }, { userId }) => {
      if (invitations.length === 0) return;
      const people = invitations.map(({ email, role }) => ({ sealedPerson: sealed(email), roles: [role] }));
      await outbox.emit(db, context, 'tenancy.team_invited', { invitedBy: userId, people });
    },

    PREFERENCES: async (db, context, { slotMinutes, appointmentTypes }) =>
      void (await settings.write(db, context, { slotMinutes }, appointmentTypes)),

    PLAN: async (db, context, { plan }) => {
      if (!plan) return;
      // A company on the free plan has not tried any yet; every other one is in its trial already, or past it.
      const begins = context.tenant.plan === 'FREE' ? { trialEndsAt: trialEndOf(plan, context.clock.now()) } : {};
      const tenant = await updateProfile(db, { plan, ...begins });
      if (!tenant) throw new NotFoundError('Tenant');
      await outbox.emit(db, context, 'tenancy.tenant_changed', { tenant: identityOf(tenant), fields: ['plan'] });
    },

    DASHBOARD: async (db, context, _answer, { userId }) => {
      await markCompleted(db, context.clock.now());
      await outbox.emit(db, context, 'tenancy.onboarding_completed', { userId });
    },
  };

  const take = async <Step extends OnboardingStep>(
    context: RequestContext,
    owner: MemberPrincipal,
    step: Step,
    answer: Answers[Step],
  ): Promise<OnboardingRow | null> =>
    tenants.transaction(context, async (db) => {
      const onboarding = await lockOnboarding(db);
      if (!onboarding) throw new NotFoundError('Onboarding');
      const fingerprint = fingerprintOf(answer);
      const known = onboarding.answers.find((taken) => taken.step === step);
      if (known) {
        if (known.fingerprint === fingerprint) return onboarding;
        throw new ConflictError('This step was taken with another answer; change it in the settings');
      }
      requireTurn(step, onboarding.answers.map((taken) => taken.step));
      await insertAnswer(db, { step, fingerprint, submittedBy: owner.userId, submittedAt: context.clock.now() });
      await effects[step](db, context, answer, owner);
      return findOnboarding(db);
    });

  const found = (onboarding: OnboardingRow | null): OnboardingRow => {
    if (!onboarding) throw new NotFoundError('Onboarding');
    return onboarding;
  };

  return {
    async current(context) {
      requireOwner(context);
      return findOnboarding(tenants.of(context));
    },

    async start(context) {
      const { userId } = requireOwner(context);
      await insertOnboarding(tenants.of(context), { startedBy: userId, startedAt: context.clock.now() });
      return found(await findOnboarding(tenants.of(context)));
    },

    async submit(context, step, input) {
      const owner = requireOwner(context);
      const answer = validate(ANSWERS[step], input);
      const onboarding = found(await take(context, owner, step, answer));
      context.loaders.clear();
      return onboarding;
    },
  };
}
