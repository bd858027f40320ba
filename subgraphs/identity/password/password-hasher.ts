import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

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
}

export function createPasswordHasher(): PasswordHasher {
  const nobodysHash = hash(randomBytes(32).toString('base64url'), PARAMETERS);
  return {
    hash: (password) => hash(password, PARAMETERS),
    async verify(stored, password) {
      const fits = await verify(stored ?? (await nobodysHash), password);
      return stored !== null && fits;
    },
  };
}
