import type { SamlConfig } from '@node-saml/node-saml';
import { SsoRefusal } from './attempt.js';
import type { SamlSettings } from './identity-provider.js';
import type { SigningPair } from './signing-pair.js';

/** A provider of SAML as it is spoken to, and what the platform is to it. */
export interface SamlRelation {
  readonly settings: SamlSettings;
  /** Entity id of the platform for this provider: where its metadata is. */
  readonly entityId: string;
  /** Where answers are taken. */
  readonly consumerUrl: string;
  /** Where the provider says that somebody is to be signed out. */
  readonly logoutUrl: string;
  /** What the platform signs with towards the provider; null where it signs nothing. */
  readonly signer: SigningPair | null;
}

export const CLOCK_SKEW_MS = 60_000;
/** What the provider has said longer ago counts no more. */
export const OLDEST_MESSAGE_MS = 5 * 60_000;
export const LONGEST_MESSAGE = 512 * 1024;

/** What the library has to know of both, whatever is said. */
export const samlConfigOf = ({ settings, entityId, consumerUrl, logoutUrl, signer }: SamlRelation): SamlConfig => ({
  issuer: entityId,
  audience: entityId,
  callbackUrl: consumerUrl,
  entryPoint: settings.signOnUrl,
  idpIssuer: settings.entityId,
  idpCert: [...settings.certificates],
  wantAssertionsSigned: true,
  wantAuthnResponseSigned: false,
  signatureAlgorithm: 'sha256',
  identifierFormat: null,
  disableRequestedAuthnContext: true,
  acceptedClockSkewMs: CLOCK_SKEW_MS,
  maxAssertionAgeMs: OLDEST_MESSAGE_MS,
  ...(settings.logoutUrl ? { logoutUrl: settings.logoutUrl, logoutCallbackUrl: logoutUrl } : {}),
  ...(signer ? { privateKey: signer.privateKey, publicCert: signer.certificate } : {}),
});

/** Signatures by SHA-1 can be forged, and a document type can let a parser read what was not signed. @throws {SsoRefusal} */
export function refuseOutdated(xml: string): void {
  if (xml.includes('<!DOCTYPE') || xml.includes('<!ENTITY')) throw new SsoRefusal('the message has a document type');
  if (/xmldsig#(?:rsa-sha1|dsa-sha1|hmac-sha1|sha1)\b/.test(xml)) throw new SsoRefusal('the message is signed by SHA-1');
}

/** What the library does not take, as what it is: the word of a provider that does not hold. */
export function refusalOf(error: unknown): SsoRefusal {
  if (error instanceof SsoRefusal) return error;
  return new SsoRefusal(error instanceof Error ? error.message : String(error), { cause: error });
}
