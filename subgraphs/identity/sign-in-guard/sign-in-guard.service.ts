import { RateLimitedError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { TokenRealm } from '../../_kernel/wire/access-token.js';
import type { IdentityEvents } from '../events.js';
import { keysOf } from './sign-in-guard.js';
import { countAttempt, forgiveAttempt } from './sign-in-guard.store.js';

export interface Attempt {
  readonly realm: TokenRealm;
  /** SHA-256 of the address tried, or of the person whose second factor is. */
  readonly account: string;
  /** The device its owner has vouched for; null for any other. */
  readonly deviceId: string | null;
}

/** Makes guessing slow. */
export interface SignInGuard {
  /**
   * Lets an attempt be made, or not. It counts as failed until `forgive` says otherwise.
   * @throws {RateLimitedError} with the seconds to wait, alike for known and unknown accounts
   */
  admit(context: RequestContext, attempt: Attempt): Promise<void>;
  /** The attempt was somebody's who may. */
  forgive(context: RequestContext, attempt: Attempt): Promise<void>;
  /** Tells operations of an attempt that failed. */
  failed(context: RequestContext, attempt: Attempt): Promise<void>;
}

export function createSignInGuard(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
}): SignInGuard {
  const { tenants, outbox } = parts;

  const keys = (context: RequestContext, { account, deviceId }: Attempt) =>
    keysOf({ account, deviceId, ip: context.origin.ip });

  const failed: SignInGuard['failed'] = (context, { realm, account }) =>
    tenants.transaction(context, (db) =>
      outbox.emit(db, context, 'identity.login_failed', { realm, emailHash: account }),
    );

  return {
    failed,
    async admit(context, attempt) {
      const now = context.clock.now();
      const blockedUntil = await tenants.transaction(context, (db) => countAttempt(db, keys(context, attempt), now));
      if (!blockedUntil) return;
      // Whoever goes on guessing without waiting is still somebody who guesses.
      await failed(context, attempt);
      const seconds = Math.ceil((blockedUntil.getTime() - now.getTime()) / 1_000);
      throw new RateLimitedError(`Too many attempts; try again in ${seconds} s`, seconds);
    },
    forgive: (context, attempt) =>
      tenants.transaction(context, (db) => forgiveAttempt(db, keys(context, attempt))),
  };
}
