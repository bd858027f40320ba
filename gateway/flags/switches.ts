import { OperationTypeNode } from 'graphql';
import type { FlagContext } from '../../subgraphs/_kernel/flags/evaluation/evaluate.js';
import type { Flags } from '../../subgraphs/_kernel/flags/evaluation/flag-set.js';
import { ACTING_FLAGS, isSwitchable, moduleFlag, type SwitchableModule } from '../../subgraphs/_kernel/flags/evaluation/known-flags.js';
import { Refusal } from '../refusal.js';
import type { Stage } from '../request.js';
import type { IdentifiedRequest } from '../stages/authentication/authentication.js';
import type { Rate, RateLimits } from '../stages/rate-limits/rate-limits.js';
import type { ValidOperation } from '../stages/validation/valid-operation.js';
import type { Captcha } from './captcha.js';
import { flagContextOf } from './flag-context.js';
import { createRootFieldReader, type RootField } from './root-fields.js';

/** What a field is to the switches: `@tag(name: …)`. */
const TAGS = {
  /** Whoever does it by the thousand is no person. */
  captcha: 'captcha',
  registration: 'registration',
  tokenRefresh: 'token-refresh',
  /** Shows or asks for proof of who one is: staff must be able to sign in to end a maintenance. */
  credentials: 'credentials',
  throughMaintenance: 'through-maintenance',
} as const;

const isTagged = (fields: readonly RootField[], tag: string): boolean => fields.some(({ tags }) => tags.has(tag));

/** A tenth of each attempt, but one. */
const tenthOf = ({ requests, seconds }: Rate): Rate => ({ requests: Math.max(1, Math.floor(requests / 10)), seconds });

/** The limits that are kept while attacks on accounts are under way. */
export const strictLimits = (limits: RateLimits): RateLimits => ({
  ...limits,
  credentialsByAddress: tenthOf(limits.credentialsByAddress),
  credentialsByAccount: tenthOf(limits.credentialsByAccount),
});

export interface Switches {
  /** Does what the flags say before an operation goes on. */
  readonly stage: Stage<ValidOperation, ValidOperation>;
  /** Those of some modules that are switched off for who asks. */
  modulesOff(caller: IdentifiedRequest, among: readonly SwitchableModule[]): readonly SwitchableModule[];
  /** The limits as they are for who asks. */
  limitsFor(caller: IdentifiedRequest | undefined, limits: RateLimits): RateLimits;
}

/** Flags that change what the platform does act here, from the next operation on. @param now epoch milliseconds */
export function createSwitches(flags: Flags, captcha: Captcha, now: () => number): Switches {
  const rootFieldsIn = createRootFieldReader();

  const refuseMaintenance = ({ caller, definition }: ValidOperation, fields: readonly RootField[], context: FlagContext): void => {
    if (definition.operation !== OperationTypeNode.MUTATION) return;
    if (caller.principal.kind === 'platform' || !flags.isOn(ACTING_FLAGS.maintenance, context)) return;
    const passes = ({ tags }: RootField): boolean => tags.has(TAGS.credentials) || tags.has(TAGS.throughMaintenance);
    if (fields.every(passes)) return;
    throw new Refusal('MAINTENANCE', 'The platform is being worked on: everything can be read, nothing changed', {
      headers: { 'retry-after': '60' },
    });
  };

  const refuseModules = (fields: readonly RootField[], context: FlagContext): void => {
    for (const { name, subgraphs } of fields) {
      const off = subgraphs.length > 0 && subgraphs.every((each) => isSwitchable(each) && !flags.isOn(moduleFlag(each), context));
      if (off) throw new Refusal('MODULE_DISABLED', `${name} belongs to a module that is switched off here`);
    }
  };

  const guardAccounts = async ({ caller }: ValidOperation, fields: readonly RootField[], context: FlagContext): Promise<void> => {
    if (isTagged(fields, TAGS.registration) && flags.isOn(ACTING_FLAGS.blockNewSignups, context)) {
      throw new Refusal('FORBIDDEN', 'Nobody can register at the moment');
    }
    if (isTagged(fields, TAGS.tokenRefresh) && !flags.isOn(ACTING_FLAGS.tokenRefresh, context)) {
      throw new Refusal('FORBIDDEN', 'Sign in again: refresh tokens are not accepted at the moment');
    }
    if (isTagged(fields, TAGS.captcha) && flags.isOn(ACTING_FLAGS.captcha, context)) {
      await captcha.require(caller.tenant, caller.captcha);
    }
  };

  return {
    async stage(operation) {
      const fields = rootFieldsIn(operation);
      const context = flagContextOf(operation.caller, now());
      refuseMaintenance(operation, fields, context);
      refuseModules(fields, context);
      await guardAccounts(operation, fields, context);
      return operation;
    },
    modulesOff(caller, among) {
      const context = flagContextOf(caller, now());
      return among.filter((module) => !flags.isOn(moduleFlag(module), context));
    },
    limitsFor: (caller, limits) =>
      caller && flags.isOn(ACTING_FLAGS.strictRateLimit, flagContextOf(caller, now())) ? strictLimits(limits) : limits,
  };
}
