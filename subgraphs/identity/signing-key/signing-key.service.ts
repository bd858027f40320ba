import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import type { Clock } from '../../_kernel/request/clock.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { PlatformDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { TOKEN_REALMS, type TokenRealm } from '../../_kernel/wire/access-token.js';
import { currentKeyOf, newKeyId, verifyingKeys } from './signing-key.js';
import { findSigningKeys, insertSigningKey, lockRealm, type SigningKeyRow } from './signing-key.store.js';

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
   * Every key a token may be verified with, as a JSON Web Key Set (RFC 7517). A realm without a key gets its first
   * one here, so that verifiers know it before it signs anything.
   */
  publicKeys(): Promise<{ readonly keys: readonly JWK[] }>;
}

export function createSigningKeyService(parts: {
  readonly platform: PlatformDatabase;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
}): SigningKeyService {
  const { platform, secretBox, clock } = parts;
  const signers = new Map<TokenRealm, { readonly signer: Signer; readonly until: number }>();

  const makeKey = async (realm: TokenRealm): Promise<SigningKeyRow> => {
    const pair = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
    const kid = newKeyId(realm, uuidv7());
    const [publicJwk, privateJwk] = await Promise.all([exportJWK(pair.publicKey), exportJWK(pair.privateKey)]);
    return platform.transaction(async (db) => {
      await lockRealm(db, realm);
      const existing = currentKeyOf(await findSigningKeys(db), realm);
      return (
        existing ??
        insertSigningKey(db, {
          kid,
          realm,
          publicJwk: { ...publicJwk, kid, alg: ALGORITHM, use: 'sig' },
          sealedPrivateJwk: secretBox.seal(JSON.stringify(privateJwk), SEAL_PURPOSE),
          createdAt: clock.now(),
        })
      );
    });
  };

  const signerOf = async (realm: TokenRealm): Promise<Signer> => {
    const now = clock.now().getTime();
    const cached = signers.get(realm);
    if (cached && cached.until > now) return cached.signer;
    const row = currentKeyOf(await findSigningKeys(platform.db), realm) ?? (await makeKey(realm));
    const jwk = JSON.parse(secretBox.open(row.sealedPrivateJwk, SEAL_PURPOSE)) as JWK;
    const privateKey = (await importJWK(jwk, ALGORITHM)) as CryptoKey;
    const signer: Signer = { kid: row.kid, algorithm: ALGORITHM, privateKey };
    signers.set(realm, { signer, until: now + CURRENT_KEY_TTL_MS });
    return signer;
  };

  return {
    signerOf,
    async publicKeys() {
      await Promise.all(TOKEN_REALMS.map((realm) => signerOf(realm)));
      const keys = verifyingKeys(await findSigningKeys(platform.db), clock.now());
      return { keys: keys.map((key) => key.publicJwk as unknown as JWK) };
    },
  };
}
