import { randomBytes } from 'node:crypto';
import { DomainError } from '../../_kernel/errors/domain-error.js';

/** Seconds that a code of an authenticator app lasts, as RFC 6238 recommends. */
export const TOTP_PERIOD_SECONDS = 30;

/** Seconds that the clocks of phone and platform may be apart. */
export const TOTP_TOLERANCE_SECONDS = 30;

/** Minutes between the password and the second factor. */
export const CHALLENGE_MINUTES = 5;

/** Wrong codes after which a sign-in has to begin anew. */
export const MOST_WRONG_CODES = 5;

export const RECOVERY_CODES = 10;

const CHALLENGE_PREFIX = 'spc_';

/** What the client holds between the factors. */
export const newChallenge = (): string => CHALLENGE_PREFIX + randomBytes(32).toString('base64url');

/** Without letters and digits that are taken for one another. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 4;

function group(): string {
  let text = '';
  while (text.length < GROUP_LENGTH) {
    const byte = randomBytes(1)[0] ?? 0;
    // Bytes beyond the last whole multiple would make some letters likelier than others.
    if (byte < 256 - (256 % ALPHABET.length)) text += ALPHABET[byte % ALPHABET.length];
  }
  return text;
}

/** Four groups of four, 79 bits: to be written down. */
export const newRecoveryCode = (): string => Array.from({ length: GROUPS }, group).join('-');

/** A code as people type it: six digits for the app's, anything else for one to recover with. */
export type TypedCode =
  | { readonly kind: 'TOTP'; readonly code: string }
  | { readonly kind: 'RECOVERY'; readonly code: string };

export function typedCode(text: string): TypedCode {
  const compact = text.replace(/[\s-]/g, '').toLowerCase();
  if (/^\d{6}$/.test(compact)) return { kind: 'TOTP', code: compact };
  return { kind: 'RECOVERY', code: (compact.match(/.{1,4}/g) ?? []).join('-') };
}

export const SECOND_FACTOR_METHODS = ['TOTP', 'RECOVERY_CODE'] as const;
export type SecondFactorMethod = (typeof SECOND_FACTOR_METHODS)[number];

/** The first factor holds, and there is a second one. */
export class SecondFactorRequiredError extends DomainError {
  readonly code = 'SECOND_FACTOR_REQUIRED';
  override readonly name = 'SecondFactorRequiredError';
  /** To be shown with the second factor. */
  readonly challenge: string;
  readonly expiresAt: Date;
  readonly methods: readonly SecondFactorMethod[] = SECOND_FACTOR_METHODS;

  constructor(challenge: string, expiresAt: Date) {
    super('Finish signing in with the code of your authenticator app, or with a recovery code');
    this.challenge = challenge;
    this.expiresAt = expiresAt;
  }
}
