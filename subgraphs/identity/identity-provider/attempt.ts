import { randomBytes } from 'node:crypto';
import { z } from 'zod';

/** How long somebody may be with a provider. */
export const ATTEMPT_MINUTES = 10;
/** How long the code is good that stands for a provider's answer. */
export const CODE_SECONDS = 60;

export const newSecret = (): string => randomBytes(32).toString('base64url');

export const isChallenge = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text);

export const ATTEMPT_PURPOSE = 'identity.sso_attempt';

/** What the answer of a provider is checked against. */
export const checksSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  /** The id of a SAML request. */
  requestId: z.string(),
});
export type Checks = z.output<typeof checksSchema>;

/** Somebody, and her session, as a provider of SAML calls them: what it wants to hear when she signs out. */
export const samlNameSchema = z.object({
  nameId: z.string(),
  format: z.string().nullable(),
  nameQualifier: z.string().nullable(),
  spNameQualifier: z.string().nullable(),
  sessionIndex: z.string().nullable(),
});
export type SamlName = z.output<typeof samlNameSchema>;

/** Somebody as a provider knows her. */
export const personSchema = z.object({
  subject: z.string(),
  email: z.string().nullable(),
  /** Whether the provider vouches for the address. */
  emailVerified: z.boolean(),
  displayName: z.string().nullable(),
  /** For a provider of SAML. */
  saml: samlNameSchema.nullable().default(null),
});
export type FederatedPerson = z.output<typeof personSchema>;

/** An answer of a provider that does not hold, or that says no; the message is for the log. */
export class SsoRefusal extends Error {
  override readonly name = 'SsoRefusal';
}

/**
 * Where somebody may be sent back to: a path at the company's own address, or one of the addresses its administrator
 * has named. Null for anywhere else.
 */
export function returnAddressOf(asked: string, home: string, allowed: readonly string[]): string | null {
  if (allowed.includes(asked)) return asked;
  // `//` and `/\` lead elsewhere, and so do the characters that browsers pass over.
  if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(asked) || asked.length > 1_000) return null;
  const address = new URL(asked, home);
  return address.origin === new URL(home).origin ? address.href : null;
}

/** The address with what came of it. */
export function withOutcome(address: string, outcome: Readonly<Record<string, string>>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(outcome)) url.searchParams.set(name, value);
  return url.href;
}
