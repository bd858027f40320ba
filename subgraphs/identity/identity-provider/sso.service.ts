import { randomBytes } from 'node:crypto';
import { NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { isUuid, uuidv7 } from '../../_kernel/request/ids.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { addressAsked } from '../../_kernel/wire/tenant-address.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import type { IdentityEvents } from '../events.js';
import {
  ATTEMPT_MINUTES,
  ATTEMPT_PURPOSE,
  checksSchema,
  CODE_SECONDS,
  isChallenge,
  newSecret,
  personSchema,
  returnAddressOf,
  SsoRefusal,
  withOutcome,
  type Checks,
  type FederatedPerson,
} from './attempt.js';
import { insertAttempt, keepAnswer, takeAnswer, takeAttempt } from './attempt.store.js';
import { CLIENT_SECRET_PURPOSE, type OidcSettings } from './identity-provider.js';
import { findProvider, type IdentityProviderRow } from './identity-provider.store.js';
import { addressOfProvider } from './provider-address.js';
import type { OidcRelation, OidcUpstream } from './oidc-upstream.js';
import type { SamlRelation } from './saml-relation.js';
import type { SamlUpstream } from './saml-upstream.js';
import { challengeOf, hashOfSecret } from '../../_kernel/wire/secret-hash.js';

/** What a provider answered with: the query of an address, or a form. */
export type ProviderAnswer =
  | { readonly kind: 'OIDC'; readonly search: string }
  | { readonly kind: 'SAML'; readonly response: string; readonly relayState: string };

export interface ProvenPerson {
  readonly provider: IdentityProviderRow;
  readonly person: FederatedPerson;
}

/** The way to a provider and back, up to a code that stands for who somebody is. No token is ever part of an address. */
export interface SsoService {
  /** Where a sign-in by a provider begins. */
  startUrl(context: RequestContext, providerId: string): string;
  /**
   * Where to send somebody who wants to prove who she is.
   * @param asked where she is to come back to, and the SHA-256 in base64url of what she keeps to herself
   * @throws {NotFoundError} alike for a provider that is unknown, another company's, or switched off
   * @throws {ValidationError} @throws {SsoRefusal} when the provider cannot be asked
   */
  start(context: RequestContext, providerId: string, asked: { readonly returnTo: string; readonly challenge: string }): Promise<string>;
  /**
   * Where to send somebody who has come back: with a code, or with the word that it came to nothing.
   * @throws {NotFoundError} for an answer that nobody waits for: unknown, given before, too late, or of another provider
   */
  answer(context: RequestContext, providerId: string, answer: ProviderAnswer): Promise<string>;
  /** @throws {NotFoundError} also for a provider that is not one of SAML */
  metadata(context: RequestContext, providerId: string): Promise<string>;
  /** Who a code stands for, once; null for a code or verifier that does not count. */
  redeem(context: RequestContext, code: string, verifier: string): Promise<ProvenPerson | null>;
}

export function createSsoService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly secretBox: SecretBox;
  readonly oidc: OidcUpstream;
  readonly saml: SamlUpstream;
  readonly samlRelation: (context: RequestContext, provider: IdentityProviderRow) => SamlRelation;
  readonly publicUrl: string;
}): SsoService {
  const { tenants, outbox, secretBox, oidc, saml, samlRelation, publicUrl } = parts;

  const baseOf = (context: RequestContext, providerId: string): string => addressOfProvider(publicUrl, context, providerId);

  const enabledProvider = async (context: RequestContext, id: string): Promise<IdentityProviderRow> => {
    const row = isUuid(id) ? await findProvider(tenants.of(context), id) : null;
    if (!row?.enabled) throw new NotFoundError('Identity provider');
    return row;
  };

  const oidcRelation = (context: RequestContext, row: IdentityProviderRow): OidcRelation => ({
    key: `${row.tenantId}/${row.id}/${row.updatedAt.getTime()}`,
    settings: row.settings as unknown as OidcSettings,
    clientSecret: row.sealedSecret === null ? null : secretBox.open(row.sealedSecret, CLIENT_SECRET_PURPOSE),
    redirectUri: `${baseOf(context, row.id)}/callback`,
  });

  const tellRefused = (context: RequestContext, providerId: string): Promise<void> =>
    tenants.transaction(context, (db) => outbox.emit(db, context, 'identity.callback_refused', { providerId }));

  const personOf = (context: RequestContext, row: IdentityProviderRow, checks: Checks, answer: ProviderAnswer) => {
    if (answer.kind === 'OIDC') return oidc.personOf(oidcRelation(context, row), checks, answer.search);
    return saml.personOf(samlRelation(context, row), checks, answer.response);
  };

  return {
    startUrl: (context, providerId) => `${baseOf(context, providerId)}/start`,

    async start(context, providerId, { returnTo, challenge }) {
      const provider = await enabledProvider(context, providerId);
      const address = returnAddressOf(returnTo, addressAsked(publicUrl, context), provider.returnUrls);
      if (address === null) throw ValidationError.of('return_to', 'must be a path here, or one of the addresses of the provider');
      if (!isChallenge(challenge)) throw ValidationError.of('challenge', 'must be a SHA-256 in base64url');
      const checks: Checks = {
        state: newSecret(),
        nonce: newSecret(),
        codeVerifier: newSecret(),
        requestId: `_${randomBytes(20).toString('hex')}`,
      };
      const url =
        provider.type === 'OIDC'
          ? await oidc.authorizationUrl(oidcRelation(context, provider), checks)
          : await saml.authorizationUrl(samlRelation(context, provider), checks);
      const createdAt = context.clock.now();
      await insertAttempt(tenants.of(context), {
        id: uuidv7(),
        providerId,
        stateHash: hashOfSecret(checks.state),
        sealedChecks: secretBox.seal(JSON.stringify(checks), ATTEMPT_PURPOSE),
        challenge,
        returnTo: address,
        createdAt,
        expiresAt: new Date(createdAt.getTime() + ATTEMPT_MINUTES * 60_000),
      });
      return url;
    },

    async answer(context, providerId, answer) {
      const provider = await enabledProvider(context, providerId);
      if (provider.type !== answer.kind) throw new NotFoundError('Identity provider');
      const state = answer.kind === 'OIDC' ? new URLSearchParams(answer.search).get('state') : answer.relayState;
      const now = context.clock.now();
      const db = tenants.of(context);
      // Taken before it is looked at: an answer that does not hold is no second time tried.
      const attempt = state ? await takeAttempt(db, providerId, hashOfSecret(state), now) : null;
      if (!attempt) {
        await tellRefused(context, providerId);
        throw new NotFoundError('Sign-in');
      }
      const checks = checksSchema.parse(JSON.parse(secretBox.open(attempt.sealedChecks, ATTEMPT_PURPOSE)));
      try {
        const person = await personOf(context, provider, checks, answer);
        const code = newSecret();
        await keepAnswer(db, attempt.id, {
          codeHash: hashOfSecret(code),
          codeExpiresAt: new Date(now.getTime() + CODE_SECONDS * 1_000),
          sealedPerson: secretBox.seal(JSON.stringify(person), ATTEMPT_PURPOSE),
        });
        return withOutcome(attempt.returnTo, { sso_code: code });
      } catch (error) {
        if (!(error instanceof SsoRefusal)) throw error;
        await tellRefused(context, providerId);
        context.logger.warn({ providerId, reason: error.message }, 'the answer of an identity provider was refused');
        return withOutcome(attempt.returnTo, { sso_error: 'refused' });
      }
    },

    async metadata(context, providerId) {
      const provider = await enabledProvider(context, providerId);
      if (provider.type !== 'SAML') throw new NotFoundError('Identity provider');
      return saml.metadata(samlRelation(context, provider));
    },

    async redeem(context, code, verifier) {
      const db = tenants.of(context);
      const taken = await takeAnswer(db, hashOfSecret(code), challengeOf(verifier), context.clock.now());
      if (!taken?.sealedPerson) return null;
      const provider = await findProvider(db, taken.providerId);
      if (!provider?.enabled) return null;
      return { provider, person: personSchema.parse(JSON.parse(secretBox.open(taken.sealedPerson, ATTEMPT_PURPOSE))) };
    },
  };
}
