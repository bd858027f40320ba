import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import type { Outbox } from '../../_kernel/events/outbox.js';
import type { Clock } from '../../_kernel/request/clock.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { PlatformDatabase, TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { TOKEN_REALMS, type TokenRealm } from '../../_kernel/wire/access-token.js';
import { PLATFORM_TENANT } from '../../_kernel/wire/tenant.js';
import type { IdentityEvents } from '../events.js';
import { currentKeyOf, newKeyId, outlivedKeys, ROTATION_AGE_MS, verifyingKeys, youngestKeyOf } from './signing-key.js';
import { findSigningKeys, insertSigningKey, lockRealm, retireKeys, type SigningKeyRow } from './signing-key.store.js';

const ALGORITHM = 'EdDSA';
const SEAL_PURPOSE = 'identity.signing_key';
/** How long a process goes on signing with a key before it looks whether there is a newer one. */
const CURRENT_KEY_TTL_MS = 30_000;

export interface Signer {
  readonly kid: string;
  readonly algorithm: typeof ALGORITHM;
  readonly privateKey: CryptoKey;
}

export interface SigningKeyService {
  /** The realm's current key; the first one is made when there is none. */
  signerOf(realm: TokenRealm): Promise<Signer>;
  /**
   * The realm's keys with their private parts, the one that signs first, for whatever signs by itself. Kept for half a
   * minute, as the signer is.
   */
  signingKeysOf(realm: TokenRealm): Promise<readonly JWK[]>;
  /**
   * Every key a token may be verified with, as a JSON Web Key Set (RFC 7517). A realm without a key gets its first
   * one here, so that verifiers know it before it signs anything.
   */
  publicKeys(): Promise<{ readonly keys: readonly JWK[] }>;
  /** Publishes a successor for every key that has grown old, and retires those whose successor signs. */
  keepFresh(): Promise<void>;
  /**
   * Publishes a successor now, as after a suspicion. Tokens of the old key hold until they expire.
   * @returns the successor's id
   * @throws {ForbiddenError} without `platform:admins:manage` @throws {StepUpRequiredError}
   */
  rotate(context: RequestContext, realm: TokenRealm): Promise<string>;
}

export function createSigningKeyService(parts: {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<IdentityEvents>;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
}): SigningKeyService {
  const { tenants, platform, outbox, secretBox, clock } = parts;
  const signers = new Map<TokenRealm, { readonly signer: Signer; readonly until: number }>();

  /** @param isDue asked once nobody else can make one: whether one is needed still */
  const makeKey = async (
    realm: TokenRealm,
    isDue: (youngest: SigningKeyRow | null) => boolean,
  ): Promise<SigningKeyRow> => {
    const pair = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
    const kid = newKeyId(realm, uuidv7());
    const [publicJwk, privateJwk] = await Promise.all([exportJWK(pair.publicKey), exportJWK(pair.privateKey)]);
    return platform.transaction(async (db) => {
      await lockRealm(db, realm);
      const youngest = youngestKeyOf(await findSigningKeys(db), realm);
      if (youngest && !isDue(youngest)) return youngest;
      return insertSigningKey(db, {
        kid,
        realm,
        publicJwk: { ...publicJwk, kid, alg: ALGORITHM, use: 'sig' },
        sealedPrivateJwk: secretBox.seal(JSON.stringify(privateJwk), SEAL_PURPOSE),
        createdAt: clock.now(),
      });
    });
  };

  const isFirst = (youngest: SigningKeyRow | null): boolean => youngest === null;
  const isOld = (youngest: SigningKeyRow | null): boolean =>
    youngest === null || clock.now().getTime() - youngest.createdAt.getTime() >= ROTATION_AGE_MS;

  const signerOf = async (realm: TokenRealm): Promise<Signer> => {
    const now = clock.now().getTime();
    const cached = signers.get(realm);
    if (cached && cached.until > now) return cached.signer;
    const row = currentKeyOf(await findSigningKeys(platform.db), realm, clock.now()) ?? (await makeKey(realm, isFirst));
    const jwk = JSON.parse(secretBox.open(row.sealedPrivateJwk, SEAL_PURPOSE)) as JWK;
    const privateKey = (await importJWK(jwk, ALGORITHM)) as CryptoKey;
    const signer: Signer = { kid: row.kid, algorithm: ALGORITHM, privateKey };
    signers.set(realm, { signer, until: now + CURRENT_KEY_TTL_MS });
    return signer;
  };

  const opened = ({ kid, publicJwk, sealedPrivateJwk }: SigningKeyRow): JWK => ({
    ...(publicJwk as unknown as JWK),
    ...(JSON.parse(secretBox.open(sealedPrivateJwk, SEAL_PURPOSE)) as JWK),
    kid,
  });

  const keySets = new Map<TokenRealm, { readonly keys: readonly JWK[]; readonly until: number }>();
  const signingKeysOf = async (realm: TokenRealm): Promise<readonly JWK[]> => {
    const now = clock.now().getTime();
    const cached = keySets.get(realm);
    if (cached && cached.until > now) return cached.keys;
    const { kid: current } = await signerOf(realm);
    const rows = verifyingKeys(await findSigningKeys(platform.db), clock.now()).filter((row) => row.realm === realm);
    const keys = [...rows.filter(({ kid }) => kid === current), ...rows.filter(({ kid }) => kid !== current)].map(opened);
    keySets.set(realm, { keys, until: now + CURRENT_KEY_TTL_MS });
    return keys;
  };

  return {
    signerOf,
    signingKeysOf,
    async publicKeys() {
      await Promise.all(TOKEN_REALMS.map((realm) => signerOf(realm)));
      const keys = verifyingKeys(await findSigningKeys(platform.db), clock.now());
      return { keys: keys.map((key) => key.publicJwk as unknown as JWK) };
    },
    async keepFresh() {
      for (const realm of TOKEN_REALMS) {
        await makeKey(realm, isOld);
        const outlived = outlivedKeys(await findSigningKeys(platform.db), realm, clock.now());
        await retireKeys(platform.db, outlived.map(({ kid }) => kid), clock.now());
      }
    },
    async rotate(context, realm) {
      requirePermission(context, 'platform:admins:manage');
      requireFreshProof(context);
      const { kid } = await makeKey(realm, () => true);
      // Whatever address the request came to, keys belong to no company.
      const above: RequestContext = { ...context, tenant: PLATFORM_TENANT };
      await tenants.transaction(above, (db) => outbox.emit(db, above, 'identity.signing_key_rotated', { realm, kid }));
      return kid;
    },
  };
}
