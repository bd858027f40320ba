import { SAML, ValidateInResponseTo, type Profile } from '@node-saml/node-saml';
import { z } from 'zod';
import { SsoRefusal, type Checks, type FederatedPerson } from './attempt.js';
import type { SamlSettings } from './identity-provider.js';

/** A provider of SAML as it is spoken to, and what the platform is to it. */
export interface SamlRelation {
  readonly settings: SamlSettings;
  /** Entity id of the platform for this provider: where its metadata is. */
  readonly entityId: string;
  /** Where answers are taken. */
  readonly consumerUrl: string;
}

/** The platform as a service provider of SAML 2.0. */
export interface SamlUpstream {
  metadata(relation: SamlRelation): string;
  /** Where to send somebody. */
  authorizationUrl(relation: SamlRelation, checks: Checks): Promise<string>;
  /**
   * Who came back. The assertion has to be signed by the provider, meant for the platform and this address, answer the
   * very request that was made, and be of this moment.
   * @throws {SsoRefusal}
   */
  personOf(relation: SamlRelation, checks: Checks, samlResponse: string): Promise<FederatedPerson>;
}

const CLOCK_SKEW_MS = 60_000;
const OLDEST_ASSERTION_MS = 5 * 60_000;
const LONGEST_RESPONSE = 512 * 1024;

const EMAIL_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const TRANSIENT_FORMAT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';

/** What providers call an address, and a name. */
const EMAIL_NAMES = [
  'email',
  'mail',
  'urn:oid:0.9.2342.19200300.100.1.3',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
];
const DISPLAY_NAMES = [
  'displayName',
  'name',
  'urn:oid:2.16.840.1.113730.3.1.241',
  'http://schemas.microsoft.com/identity/claims/displayname',
];

/** What of a verified assertion is checked once more: a response around it is signed by nobody. */
const assertionSchema = z.object({
  Assertion: z.object({
    Issuer: z.tuple([z.looseObject({ _: z.string() })]),
    Subject: z.tuple([
      z.looseObject({
        SubjectConfirmation: z.tuple([
          z.looseObject({
            $: z.looseObject({ Method: z.literal('urn:oasis:names:tc:SAML:2.0:cm:bearer') }),
            SubjectConfirmationData: z.tuple([
              z.looseObject({ $: z.looseObject({ InResponseTo: z.string(), Recipient: z.string(), NotOnOrAfter: z.string() }) }),
            ]),
          }),
        ]),
      }),
    ]),
  }),
});

/** Signatures by SHA-1 can be forged, and a document type can let a parser read what was not signed. */
function refuseOutdated(xml: string): void {
  if (xml.includes('<!DOCTYPE') || xml.includes('<!ENTITY')) throw new SsoRefusal('the response has a document type');
  if (/xmldsig#(?:rsa-sha1|dsa-sha1|hmac-sha1|sha1)\b/.test(xml)) throw new SsoRefusal('the response is signed by SHA-1');
}

const textOf = (value: unknown): string | null => {
  const [first] = [value].flat();
  return typeof first === 'string' && first !== '' ? first : null;
};

const attributeOf = (profile: Profile, names: readonly string[]): string | null =>
  names.map((name) => textOf(profile[name])).find((value) => value !== null) ?? null;

function personIn(profile: Profile): FederatedPerson {
  const { nameID, nameIDFormat } = profile;
  if (!nameID || nameIDFormat === TRANSIENT_FORMAT) throw new SsoRefusal('the assertion names nobody who will be the same tomorrow');
  const email = attributeOf(profile, EMAIL_NAMES) ?? (nameIDFormat === EMAIL_FORMAT ? nameID : null);
  // Whoever signs for the company's people vouches for their addresses, too; what that is worth is decided elsewhere.
  return { subject: nameID, email, emailVerified: email !== null, displayName: attributeOf(profile, DISPLAY_NAMES) };
}

/** @throws {SsoRefusal} where the signed part itself does not answer our request at our address */
function requireOurs(profile: Profile, { settings, consumerUrl }: SamlRelation, { requestId }: Checks): void {
  const parsed = assertionSchema.safeParse(profile.getAssertion?.());
  if (!parsed.success) throw new SsoRefusal('the assertion has not the one bearer confirmation that is asked for');
  const { Issuer, Subject } = parsed.data.Assertion;
  const { InResponseTo, Recipient } = Subject[0].SubjectConfirmation[0].SubjectConfirmationData[0].$;
  if (Issuer[0]._ !== settings.entityId) throw new SsoRefusal('the assertion is of another issuer');
  if (InResponseTo !== requestId) throw new SsoRefusal('the assertion answers another request');
  if (Recipient !== consumerUrl) throw new SsoRefusal('the assertion is meant for another address');
}

export function createSamlUpstream(): SamlUpstream {
  const serviceOf = ({ settings, entityId, consumerUrl }: SamlRelation, requestId: string): SAML => {
    // The one request that can be answered is the one this attempt made, and only once.
    let waiting: string | null = new Date().toISOString();
    return new SAML({
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
      maxAssertionAgeMs: OLDEST_ASSERTION_MS,
      generateUniqueId: () => requestId,
      validateInResponseTo: ValidateInResponseTo.always,
      requestIdExpirationPeriodMs: OLDEST_ASSERTION_MS * 2,
      cacheProvider: {
        saveAsync: async (_key, value) => ({ value, createdAt: Date.now() }),
        getAsync: async (key) => (key === requestId ? waiting : null),
        removeAsync: async (key) => {
          if (key === requestId) waiting = null;
          return key;
        },
      },
    });
  };

  return {
    metadata: (relation) => serviceOf(relation, '_').generateServiceProviderMetadata(null),

    authorizationUrl: (relation, { state, requestId }) => serviceOf(relation, requestId).getAuthorizeUrlAsync(state, undefined, {}),

    async personOf(relation, checks, samlResponse) {
      if (samlResponse.length > LONGEST_RESPONSE) throw new SsoRefusal('the response is too long');
      refuseOutdated(Buffer.from(samlResponse, 'base64').toString('utf8'));
      try {
        const { profile } = await serviceOf(relation, checks.requestId).validatePostResponseAsync({ SAMLResponse: samlResponse });
        if (!profile) throw new SsoRefusal('the response tells of nobody');
        requireOurs(profile, relation, checks);
        return personIn(profile);
      } catch (error) {
        if (error instanceof SsoRefusal) throw error;
        throw new SsoRefusal(error instanceof Error ? error.message : String(error), { cause: error });
      }
    },
  };
}
