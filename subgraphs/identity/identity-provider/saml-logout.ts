import { verify } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { SAML, type Profile } from '@node-saml/node-saml';
import { z } from 'zod';
import { SsoRefusal, type SamlName } from './attempt.js';
import { CLOCK_SKEW_MS, LONGEST_MESSAGE, OLDEST_MESSAGE_MS, refusalOf, refuseOutdated, samlConfigOf, type SamlRelation } from './saml-relation.js';

/** A message about logging out, as the browser of whoever it is about brings it: in an address, or in a form. */
export type LogoutMessage =
  | { readonly binding: 'REDIRECT'; readonly search: string }
  | { readonly binding: 'POST'; readonly form: URLSearchParams };

/** What a provider asks for. */
export interface LogoutRequest {
  readonly id: string;
  readonly nameId: string;
  /** What it calls the sessions that are to end; none for all of the name. */
  readonly sessionIndexes: readonly string[];
  /** Goes back with the answer. */
  readonly relayState: string;
}

const HASHES: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384': 'sha384',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'sha512',
};

/** In the order in which the binding has them signed. */
const SIGNED_PARAMETERS = ['SAMLRequest', 'RelayState', 'SigAlg'] as const;

const requestSchema = z.object({
  LogoutRequest: z.object({
    $: z.looseObject({ ID: z.string(), IssueInstant: z.iso.datetime({ offset: true }), Destination: z.string() }),
    SessionIndex: z.array(z.looseObject({ _: z.string() })).max(100).optional(),
  }),
});
type VerifiedRequest = z.output<typeof requestSchema>['LogoutRequest'];

/** The library, with the whole of a request that it has found to be signed: of itself it tells one session at most. */
class LogoutReader extends SAML {
  verified: unknown = null;

  protected override async processValidlySignedPostRequestAsync(
    ...[doc, dom]: Parameters<SAML['processValidlySignedPostRequestAsync']>
  ): ReturnType<SAML['processValidlySignedPostRequestAsync']> {
    this.verified = doc;
    return super.processValidlySignedPostRequestAsync(doc, dom);
  }
}

/**
 * The parameters of an address whose signature holds, each said once. The library takes an address without a signature
 * for a good one, and looks for names anywhere in it: so it is asked only about what has passed here.
 */
function signedParametersOf(search: string, certificates: readonly string[]): Record<string, string> {
  const raw = new Map<string, string>();
  for (const pair of search.replace(/^\?/, '').split('&')) {
    const [name = '', ...value] = pair.split('=');
    if (raw.has(name)) throw new SsoRefusal('a parameter stands twice in the address');
    raw.set(name, value.join('='));
  }
  // By the names as they stand there: one that is written in another way is another one.
  const decoded = [...raw].map(([name, value]) => [name, decodeURIComponent(value.replaceAll('+', ' '))] as const);
  const parameters: Record<string, string> = Object.fromEntries(decoded);
  const hash = HASHES[parameters['SigAlg'] ?? ''];
  const signature = Buffer.from(parameters['Signature'] ?? '', 'base64');
  if (hash === undefined || signature.length === 0) throw new SsoRefusal('the address is not signed, or in an outdated way');
  const signed = SIGNED_PARAMETERS.filter((name) => raw.has(name)).map((name) => `${name}=${raw.get(name)}`);
  const isSigned = certificates.some((certificate) => verify(hash, Buffer.from(signed.join('&')), certificate, signature));
  if (!isSigned) throw new SsoRefusal('the signature of the address does not hold');
  return parameters;
}

const inflated = (encoded: string): string =>
  inflateRawSync(Buffer.from(encoded, 'base64'), { maxOutputLength: LONGEST_MESSAGE }).toString('utf8');

async function readSigned(reader: LogoutReader, relation: SamlRelation, message: LogoutMessage) {
  if (message.binding === 'REDIRECT') {
    const parameters = signedParametersOf(message.search, relation.settings.certificates);
    refuseOutdated(inflated(parameters['SAMLRequest'] ?? ''));
    const { profile } = await reader.validateRedirectAsync(parameters, message.search.replace(/^\?/, ''));
    return { profile, relayState: parameters['RelayState'] ?? '' };
  }
  const SAMLRequest = message.form.get('SAMLRequest') ?? '';
  if (SAMLRequest.length > LONGEST_MESSAGE) throw new SsoRefusal('the request is too long');
  refuseOutdated(Buffer.from(SAMLRequest, 'base64').toString('utf8'));
  const { profile } = await reader.validatePostRequestAsync({ SAMLRequest });
  return { profile, relayState: message.form.get('RelayState') ?? '' };
}

function requireOurs({ $: { Destination, IssueInstant } }: VerifiedRequest, { logoutUrl }: SamlRelation, now: Date): void {
  if (Destination !== logoutUrl) throw new SsoRefusal('the request is meant for another address');
  const age = now.getTime() - new Date(IssueInstant).getTime();
  if (age > OLDEST_MESSAGE_MS + CLOCK_SKEW_MS || age < -CLOCK_SKEW_MS) throw new SsoRefusal('the request is not of this moment');
}

/**
 * What a provider asks for. The request has to be signed by it, be of its issuer, meant for this address, and of this
 * moment; that it comes once only, whoever asks has to see to.
 * @throws {SsoRefusal}
 */
export async function readLogoutRequest(relation: SamlRelation, message: LogoutMessage, now: Date): Promise<LogoutRequest> {
  try {
    const reader = new LogoutReader(samlConfigOf(relation));
    const { profile, relayState } = await readSigned(reader, relation, message);
    const { LogoutRequest: request } = requestSchema.parse(reader.verified);
    requireOurs(request, relation, now);
    if (!profile) throw new SsoRefusal('the request tells of nobody');
    const sessionIndexes = (request.SessionIndex ?? []).map((index) => index._);
    return { id: request.$.ID, nameId: profile.nameID, sessionIndexes, relayState };
  } catch (error) {
    throw refusalOf(error);
  }
}

/** Where to send the browser with the word that somebody is signed out. */
export function logoutAnswerUrl(relation: SamlRelation, { id, nameId, relayState }: LogoutRequest): Promise<string> {
  const asked: Profile = { ID: id, issuer: relation.settings.entityId, nameID: nameId, nameIDFormat: '' };
  return new SAML(samlConfigOf(relation)).getLogoutResponseUrlAsync(asked, relayState, {}, true);
}

/** Where to send the browser so that the provider signs somebody out, too. */
export function logoutRequestUrl(relation: SamlRelation, name: SamlName): Promise<string> {
  const profile: Profile = {
    issuer: relation.settings.entityId,
    nameID: name.nameId,
    nameIDFormat: name.format ?? 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
    ...(name.nameQualifier === null ? {} : { nameQualifier: name.nameQualifier }),
    ...(name.spNameQualifier === null ? {} : { spNameQualifier: name.spNameQualifier }),
    ...(name.sessionIndex === null ? {} : { sessionIndex: name.sessionIndex }),
  };
  return new SAML(samlConfigOf(relation)).getLogoutUrlAsync(profile, '', {});
}
