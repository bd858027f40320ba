import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { randomBytes, sign, verify } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { newSigningPair, type SigningPair } from './certificate.js';

const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/** What an assertion says; a test changes what it wants to see refused. */
export interface Asserted {
  readonly nameId: string;
  readonly format: string;
  readonly email: string | null;
  readonly inResponseTo: string | null;
  readonly recipient: string;
  readonly audience: string;
  readonly issuer: string;
  /** What it calls the session. */
  readonly sessionIndex?: string | undefined;
  /** Instants, as the clock of the provider has it. */
  readonly issuedAt: Date;
  readonly notBefore: Date;
  readonly notOnOrAfter: Date;
}

/** What the platform asked for. */
export interface SamlRequest {
  readonly id: string;
  readonly consumerUrl: string;
  readonly entityId: string;
  readonly relayState: string;
}

/** Whom the provider wants signed out; a test changes what it wants to see refused. */
export interface AskedLogout {
  readonly id: string;
  readonly nameId: string;
  readonly sessionIndexes: readonly string[];
  readonly destination: string;
  readonly issuer: string;
  readonly issuedAt: Date;
}

/** A message about logging out that the platform has sent by redirect. */
export interface HeardLogout {
  readonly kind: 'SAMLRequest' | 'SAMLResponse';
  readonly xml: string;
  readonly relayState: string | null;
  /** Whether the signature of the address holds; null where there is none. */
  isSignedBy(certificate: string): boolean | null;
}

/** A SAML provider elsewhere. */
export interface SamlIdp {
  readonly entityId: string;
  readonly signOnUrl: string;
  readonly logoutUrl: string;
  readonly certificate: string;
  request(url: string): SamlRequest;
  /** What it would say by rights. */
  facts(request: SamlRequest, nameId: string, email: string | null): Asserted;
  assertion(facts: Asserted): string;
  signed(assertion: string, pair?: SigningPair, of?: { readonly algorithm?: string; readonly digest?: string }): string;
  /** The response as a form carries it. */
  response(inResponseTo: string, consumerUrl: string, content: string): string;
  logout(nameId: string, destination: string): AskedLogout;
  logoutXml(asked: AskedLogout): string;
  /** The request in an address, signed as the binding has it. */
  logoutAddress(xml: string, destination: string, of?: { readonly pair?: SigningPair; readonly algorithm?: string }): string;
  /** The request as a form carries it. */
  logoutForm(xml: string, pair?: SigningPair): string;
  heard(url: string): HeardLogout;
}

const HASH_OF: Readonly<Record<string, string>> = { [RSA_SHA256]: 'sha256', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1': 'sha1' };

const idOf = (): string => `_${randomBytes(12).toString('hex')}`;
const instant = (date: Date): string => date.toISOString();

export function createSamlIdp(entityId = 'https://idp.example/entity'): SamlIdp {
  const own = newSigningPair('idp.example');
  return {
    entityId,
    signOnUrl: 'https://idp.example/sso',
    logoutUrl: 'https://idp.example/slo',
    certificate: own.certificate,
    request(url) {
      const query = new URL(url).searchParams;
      const xml = inflateRawSync(Buffer.from(query.get('SAMLRequest') ?? '', 'base64')).toString('utf8');
      const read = (pattern: RegExp): string => pattern.exec(xml)?.[1] ?? '';
      return {
        id: read(/ ID="([^"]+)"/),
        consumerUrl: read(/AssertionConsumerServiceURL="([^"]+)"/),
        entityId: read(/<saml:Issuer[^>]*>([^<]+)</),
        relayState: query.get('RelayState') ?? '',
      };
    },
    facts(request, nameId, email) {
      const now = Date.now();
      return {
        nameId,
        format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
        email,
        inResponseTo: request.id,
        recipient: request.consumerUrl,
        audience: request.entityId,
        issuer: entityId,
        issuedAt: new Date(now),
        notBefore: new Date(now - 5_000),
        notOnOrAfter: new Date(now + 120_000),
      };
    },
    assertion(facts) {
      const answers = facts.inResponseTo === null ? '' : ` InResponseTo="${facts.inResponseTo}"`;
      const session = facts.sessionIndex === undefined ? '' : ` SessionIndex="${facts.sessionIndex}"`;
      const email = facts.email === null ? '' : `<saml:AttributeStatement><saml:Attribute Name="email"><saml:AttributeValue>${facts.email}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>`;
      return (
        `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${idOf()}" Version="2.0" IssueInstant="${instant(facts.issuedAt)}">` +
        `<saml:Issuer>${facts.issuer}</saml:Issuer>` +
        `<saml:Subject><saml:NameID Format="${facts.format}">${facts.nameId}</saml:NameID>` +
        `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
        `<saml:SubjectConfirmationData NotOnOrAfter="${instant(facts.notOnOrAfter)}" Recipient="${facts.recipient}"${answers}/>` +
        `</saml:SubjectConfirmation></saml:Subject>` +
        `<saml:Conditions NotBefore="${instant(facts.notBefore)}" NotOnOrAfter="${instant(facts.notOnOrAfter)}">` +
        `<saml:AudienceRestriction><saml:Audience>${facts.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
        `<saml:AuthnStatement AuthnInstant="${instant(facts.issuedAt)}"${session}><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` +
        `${email}</saml:Assertion>`
      );
    },
    signed(assertion, pair = own, { algorithm = RSA_SHA256, digest = SHA256 } = {}) {
      const signer = new SignedXml({ privateKey: pair.privateKey, signatureAlgorithm: algorithm, canonicalizationAlgorithm: C14N });
      signer.addReference({ xpath: "/*[local-name(.)='Assertion']", transforms: [ENVELOPED, C14N], digestAlgorithm: digest });
      signer.computeSignature(assertion, { location: { reference: "/*/*[local-name(.)='Issuer']", action: 'after' } });
      return signer.getSignedXml();
    },
    response(inResponseTo, consumerUrl, content) {
      const xml =
        `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${idOf()}" Version="2.0" ` +
        `IssueInstant="${instant(new Date())}" Destination="${consumerUrl}" InResponseTo="${inResponseTo}"><saml:Issuer>${entityId}</saml:Issuer>` +
        `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${content}</samlp:Response>`;
      return Buffer.from(xml).toString('base64');
    },
    logout: (nameId, destination) => ({
      id: idOf(),
      nameId,
      sessionIndexes: [],
      destination,
      issuer: entityId,
      issuedAt: new Date(),
    }),
    logoutXml: ({ id, nameId, sessionIndexes, destination, issuer, issuedAt }) =>
      `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" ` +
      `Version="2.0" IssueInstant="${instant(issuedAt)}" Destination="${destination}"><saml:Issuer>${issuer}</saml:Issuer>` +
      `<saml:NameID>${nameId}</saml:NameID>` +
      `${sessionIndexes.map((index) => `<samlp:SessionIndex>${index}</samlp:SessionIndex>`).join('')}</samlp:LogoutRequest>`,
    logoutAddress(xml, destination, { pair = own, algorithm = RSA_SHA256 } = {}) {
      const query = new URLSearchParams({ SAMLRequest: deflateRawSync(xml).toString('base64'), RelayState: 'theirs', SigAlg: algorithm });
      const signature = sign(HASH_OF[algorithm], Buffer.from(query.toString()), pair.privateKey);
      query.set('Signature', signature.toString('base64'));
      return `${destination}?${query.toString()}`;
    },
    logoutForm(xml, pair = own) {
      const signer = new SignedXml({ privateKey: pair.privateKey, signatureAlgorithm: RSA_SHA256, canonicalizationAlgorithm: C14N });
      signer.addReference({ xpath: '/*', transforms: [ENVELOPED, C14N], digestAlgorithm: SHA256 });
      signer.computeSignature(xml, { location: { reference: "/*/*[local-name(.)='Issuer']", action: 'after' } });
      return Buffer.from(signer.getSignedXml()).toString('base64');
    },
    heard(url) {
      const { search, searchParams: query } = new URL(url);
      const kind = query.has('SAMLRequest') ? 'SAMLRequest' : 'SAMLResponse';
      return {
        kind,
        xml: inflateRawSync(Buffer.from(query.get(kind) ?? '', 'base64')).toString('utf8'),
        relayState: query.get('RelayState'),
        isSignedBy(certificate) {
          const signature = query.get('Signature');
          if (signature === null) return null;
          const signed = search.slice(1).replace(/&Signature=.*$/, '');
          return verify(HASH_OF[query.get('SigAlg') ?? ''], Buffer.from(signed), certificate, Buffer.from(signature, 'base64'));
        },
      };
    },
  };
}
