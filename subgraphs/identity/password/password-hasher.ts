import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';

/** OWASP's recommendation for argon2id, which is the library's default algorithm: 19 MiB, two passes. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export interface PasswordHasher {
  /** @returns PHC string */
  hash(password: string): Promise<string>;
  /**
   * Whether the password fits the hash. Without a hash it takes as long and answers false, so that an
   * unknown account cannot be told from a wrong password by the clock.
   */
  verify(hash: string | null, password: string): Promise<boolean>;
  /** Whether a hash that fitted is of an older kind than new ones are, as those that were brought along. */
  isOutdated(hash: string | null): boolean;
}

export function createPasswordHasher(): PasswordHasher {
  const isBcrypt = (stored: string): boolean => /^\$2[aby]\$/.test(stored);
  const nobodysHash = hash(randomBytes(32).toString('base64url'), PARAMETERS);
  return {
    isOutdated: (stored) => stored !== null && !stored.startsWith('$argon2id$v=19$m=19456,t=2,p=1$'),
    hash: (password) => hash(password, PARAMETERS),
    async verify(stored, password) {
      const checked = stored ?? (await nobodysHash);
      const fits = await (isBcrypt(checked) ? verifyBcrypt(password, checked) : verify(checked, password));
      return stored !== null && fits;
    },
  };
}
