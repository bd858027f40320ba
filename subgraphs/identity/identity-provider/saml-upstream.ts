import { SAML, ValidateInResponseTo, type Profile } from '@node-saml/node-saml';
import { z } from 'zod';
import { SsoRefusal, type Checks, type FederatedPerson } from './attempt.js';
import { LONGEST_MESSAGE, OLDEST_MESSAGE_MS, refusalOf, refuseOutdated, samlConfigOf, type SamlRelation } from './saml-relation.js';

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

const textOf = (value: unknown): string | null => {
  const [first] = [value].flat();
  return typeof first === 'string' && first !== '' ? first : null;
};

const attributeOf = (profile: Profile, names: readonly string[]): string | null =>
  names.map((name) => textOf(profile[name])).find((value) => value !== null) ?? null;

function personIn(profile: Profile): FederatedPerson {
  const { nameID, nameIDFormat, nameQualifier, spNameQualifier, sessionIndex } = profile;
  if (!nameID || nameIDFormat === TRANSIENT_FORMAT) throw new SsoRefusal('the assertion names nobody who will be the same tomorrow');
  const email = attributeOf(profile, EMAIL_NAMES) ?? (nameIDFormat === EMAIL_FORMAT ? nameID : null);
  // Whoever signs for the company's people vouches for their addresses, too; what that is worth is decided elsewhere.
  return {
    subject: nameID,
    email,
    emailVerified: email !== null,
    displayName: attributeOf(profile, DISPLAY_NAMES),
    saml: {
      nameId: nameID,
      format: nameIDFormat ?? null,
      nameQualifier: nameQualifier ?? null,
      spNameQualifier: spNameQualifier ?? null,
      sessionIndex: sessionIndex ?? null,
    },
  };
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
  const serviceOf = (relation: SamlRelation, requestId: string): SAML => {
    // The one request that can be answered is the one this attempt made, and only once.
    let waiting: string | null = new Date().toISOString();
    return new SAML({
      ...samlConfigOf(relation),
      generateUniqueId: () => requestId,
      validateInResponseTo: ValidateInResponseTo.always,
      requestIdExpirationPeriodMs: OLDEST_MESSAGE_MS * 2,
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
    metadata: (relation) =>
      // The library names one binding of the two that are taken.
      serviceOf(relation, '_')
        .generateServiceProviderMetadata(null, relation.signer?.certificate ?? null)
        .replace(/<SingleLogoutService [^>]*>/, (post) => post.replace('HTTP-POST', 'HTTP-Redirect') + post),

    authorizationUrl: (relation, { state, requestId }) => serviceOf(relation, requestId).getAuthorizeUrlAsync(state, undefined, {}),

    async personOf(relation, checks, samlResponse) {
      if (samlResponse.length > LONGEST_MESSAGE) throw new SsoRefusal('the response is too long');
      refuseOutdated(Buffer.from(samlResponse, 'base64').toString('utf8'));
      try {
        const { profile } = await serviceOf(relation, checks.requestId).validatePostResponseAsync({ SAMLResponse: samlResponse });
        if (!profile) throw new SsoRefusal('the response tells of nobody');
        requireOurs(profile, relation, checks);
        return personIn(profile);
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}
