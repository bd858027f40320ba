import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals what must be read back later, such as private keys and credentials of integrations. */
export interface SecretBox {
  /**
   * @param purpose bound into the seal: a value sealed for one purpose cannot be opened for another
   */
  seal(plaintext: string, purpose: string): string;
  /** @throws when the value was altered, or sealed for another purpose or with a secret that it does not know */
  open(sealed: string, purpose: string): string;
}

const keyOf = (secret: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', 'spine secret box', 32));

/** @throws */
function openWith(key: Buffer, bytes: Buffer, purpose: string): string {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

/**
 * AES-256-GCM with a key derived from the platform's secret by HKDF-SHA-256.
 * @param secret at least 32 characters of high entropy, with which everything is sealed
 * @param before secrets that were in its place earlier: what they sealed is still opened
 */
export function createSecretBox(secret: string, before: readonly string[] = []): SecretBox {
  const key = keyOf(secret);
  const keysBefore = before.map(keyOf);
  return {
    seal(plaintext, purpose) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    open(sealed, purpose) {
      const [version, encoded] = sealed.split('.');
      if (version !== VERSION || !encoded) throw new Error('Not a sealed secret of a known version');
      const bytes = Buffer.from(encoded, 'base64url');
      try {
        return openWith(key, bytes, purpose);
      } catch (error) {
        for (const earlier of keysBefore) {
          try {
            return openWith(earlier, bytes, purpose);
          } catch {
            // Another one may have sealed it.
          }
        }
        throw error;
      }
    },
  };
}
