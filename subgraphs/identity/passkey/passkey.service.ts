import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { ConflictError, NotFoundError, UnauthenticatedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import type { IdentityEvents } from '../events.js';
import type { AskedAddresses } from '../own-domain/asked-address.js';
import type { SignedIn, SignIn } from '../session/sign-in.js';
import type { SignInGuard } from '../sign-in-guard/sign-in-guard.service.js';
import { findUserById } from '../user/user.store.js';
import {
  assertionSchema,
  challengeIn,
  MOST_PASSKEYS,
  PASSKEY_CHALLENGE_MINUTES,
  registrationSchema,
} from './passkey.js';
import {
  deletePasskey,
  findPasskeyByCredential,
  findPasskeysOf,
  insertPasskey,
  insertPasskeyChallenge,
  notePasskeyUse,
  takePasskeyChallenge,
  type PasskeyRow,
} from './passkey.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

/** One message for every reason, so that nothing can be learned from it. */
const REFUSED = 'This passkey cannot be used here';

export interface PasskeyService {
  mine(context: RequestContext): Promise<readonly PasskeyRow[]>;
  /**
   * What `navigator.credentials.create` has to be asked for.
   * @throws {UnauthenticatedError} @throws {StepUpRequiredError} @throws {ConflictError} for one too many
   */
  beginAdding(context: RequestContext): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** @throws {ValidationError} for what was not made for us, now, by her @throws {ConflictError} when it is kept already */
  add(context: RequestContext, input: unknown): Promise<PasskeyRow>;
  /** @throws {NotFoundError} alike for one that is unknown or another's @throws {StepUpRequiredError} */
  remove(context: RequestContext, id: string): Promise<PasskeyRow>;
  /** What `navigator.credentials.get` has to be asked for; the same for everybody, so that it tells nothing of anybody. */
  beginSignIn(context: RequestContext): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /**
   * Signs in whoever holds the passkey and has unlocked it, which is two factors in one.
   * @throws {UnauthenticatedError} alike for every reason @throws {RateLimitedError}
   */
  signIn(context: RequestContext, input: unknown): Promise<SignedIn>;
}

export function createPasskeyService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly signIn: SignIn;
  readonly guard: SignInGuard;
  readonly addresses: AskedAddresses;
}): PasskeyService {
  const { tenants, platform, outbox, signIn, guard, addresses } = parts;

  /** The address the browser is at: what is made at one of the company's addresses is good there, and at no other. */
  const relyingParty = async (context: RequestContext) => {
    const { origin, domain } = await addresses(context);
    return { id: new URL(origin).hostname, origin, domain };
  };

  const remember = async (context: RequestContext, challenge: string, userId: string | null): Promise<void> => {
    const expiresAt = new Date(context.clock.now().getTime() + PASSKEY_CHALLENGE_MINUTES * 60_000);
    await insertPasskeyChallenge(tenants.of(context), { hash: hashOfSecret(challenge), userId, expiresAt });
  };

  /** @returns what was asked to be signed, which counts no more; null when it was not asked for */
  const take = async (context: RequestContext, clientDataJson: string, userId: string | null): Promise<string | null> => {
    const challenge = challengeIn(clientDataJson);
    if (challenge === null) return null;
    const now = context.clock.now();
    return (await takePasskeyChallenge(tenants.of(context), hashOfSecret(challenge), userId, now)) ? challenge : null;
  };

  const verified = async (context: RequestContext, input: unknown): Promise<PasskeyRow | null> => {
    const response = validate(assertionSchema, input);
    const expectedChallenge = await take(context, response.response.clientDataJSON, null);
    const { id: expectedRPID, origin: expectedOrigin, domain } = await relyingParty(context);
    const passkey = await findPasskeyByCredential(tenants.of(context), response.id, domain);
    if (expectedChallenge === null || !passkey) return null;
    const { verified: holds, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge,
      expectedOrigin,
      expectedRPID,
      requireUserVerification: true,
      credential: {
        id: passkey.credentialId,
        publicKey: passkey.publicKey,
        // Compared below, where it is written, so that two at once are not both taken.
        counter: 0,
      },
    });
    if (!holds) return null;
    const signCount = BigInt(authenticationInfo.newCounter);
    return (await notePasskeyUse(tenants.of(context), passkey.id, signCount, context.clock.now())) ? passkey : null;
  };

  return {
    async mine(context) {
      const { userId } = requireMember(context);
      return findPasskeysOf(tenants.of(context), userId);
    },

    async beginAdding(context) {
      const { userId } = requireMember(context);
      requireFreshProof(context);
      const [user, existing, { id: rpID, domain }] = await Promise.all([
        findUserById(platform.db, userId),
        findPasskeysOf(tenants.of(context), userId),
        relyingParty(context),
      ]);
      if (!user) throw new UnauthenticatedError('Sign in again');
      if (existing.length >= MOST_PASSKEYS) throw new ConflictError(`At most ${MOST_PASSKEYS} passkeys; remove one first`);
      const options = await generateRegistrationOptions({
        rpName: context.tenant.name,
        rpID,
        userID: Buffer.from(userId.replaceAll('-', ''), 'hex'),
        userName: user.email,
        userDisplayName: user.displayName,
        attestationType: 'none',
        // One that is good elsewhere does not keep its key from being good here, too.
        excludeCredentials: existing.filter((one) => one.domain === domain).map(({ credentialId }) => ({ id: credentialId })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      await remember(context, options.challenge, userId);
      return options;
    },

    async add(context, input) {
      const { userId } = requireMember(context);
      const { name, response } = validate(registrationSchema, input);
      const expectedChallenge = await take(context, response.response.clientDataJSON, userId);
      const { id: expectedRPID, origin: expectedOrigin, domain } = await relyingParty(context);
      const result =
        expectedChallenge === null
          ? null
          : await verifyRegistrationResponse({
              response,
              expectedChallenge,
              expectedOrigin,
              expectedRPID,
              requireUserVerification: true,
            }).catch(() => null);
      if (!result?.verified) throw ValidationError.of('input', 'was not made here, by you, in the last minutes');
      const { credential, credentialBackedUp } = result.registrationInfo;
      const passkey = await tenants.transaction(context, async (db) => {
        const row = await insertPasskey(db, {
          id: uuidv7(),
          userId,
          credentialId: credential.id,
          publicKey: credential.publicKey,
          signCount: BigInt(credential.counter),
          transports: [...(response.response.transports ?? [])],
          name,
          domain,
          isSynced: credentialBackedUp,
          createdAt: context.clock.now(),
        });
        if (row) await outbox.emit(db, context, 'identity.passkey_changed', { userId, passkeyId: row.id, change: 'ADDED' });
        return row;
      });
      if (!passkey) throw new ConflictError('This passkey is added already');
      return passkey;
    },

    async remove(context, id) {
      const { userId } = requireMember(context);
      requireFreshProof(context);
      return tenants.transaction(context, async (db) => {
        const removed = await deletePasskey(db, userId, id);
        if (!removed) throw new NotFoundError('Passkey');
        await outbox.emit(db, context, 'identity.passkey_changed', { userId, passkeyId: id, change: 'REMOVED' });
        return removed;
      });
    },

    async beginSignIn(context) {
      const options = await generateAuthenticationOptions({ rpID: (await relyingParty(context)).id, userVerification: 'required' });
      await remember(context, options.challenge, null);
      return options;
    },

    async signIn(context, input) {
      const { id: credentialId } = validate(assertionSchema, input);
      const attempt = { realm: 'tenant', account: hashOfSecret(credentialId), deviceId: null } as const;
      await guard.admit(context, attempt);
      const passkey = await verified(context, input).catch((error: unknown) => {
        context.logger.info({ err: error }, 'passkey refused');
        return null;
      });
      const user = passkey && (await findUserById(platform.db, passkey.userId));
      const membership = user && (await signIn.membershipOf(context, user));
      if (!membership) {
        await guard.failed(context, attempt);
        throw new UnauthenticatedError(REFUSED);
      }
      await guard.forgive(context, attempt);
      return signIn.open(context, membership, ['hwk']);
    },
  };
}
