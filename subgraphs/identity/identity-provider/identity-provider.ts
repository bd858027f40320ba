import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { lineSchema } from '../../_kernel/validation/text.js';

export const IDENTITY_PROVIDER_TYPES = ['OIDC', 'SAML'] as const;
export type IdentityProviderType = (typeof IDENTITY_PROVIDER_TYPES)[number];

const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/** An address on the web: https, or http where the platform itself is at an http address, as in development. */
const webAddressSchema = (mayBeHttp: boolean) =>
  z
    .string()
    .max(2_000, 'must be at most 2000 characters long')
    .refine((text) => URL.canParse(text), { message: 'must be an address such as https://login.example.com', abort: true })
    .refine((text) => new URL(text).protocol === 'https:' || (mayBeHttp && new URL(text).protocol === 'http:'), {
      message: 'must begin with https://',
      abort: true,
    })
    .refine((text) => new URL(text).username === '' && new URL(text).password === '' && new URL(text).hash === '', 'must hold no name, password or fragment');

/** The certificate as PEM, however it was pasted; null for what is none. */
function certificateOf(text: string): string | null {
  const body = text.replaceAll(/-----(?:BEGIN|END) CERTIFICATE-----|\s/g, '');
  try {
    return new X509Certificate(Buffer.from(body, 'base64')).toString();
  } catch {
    return null;
  }
}

const certificateSchema = z
  .string()
  .max(20_000, 'must be at most 20000 characters long')
  .transform(certificateOf)
  .refine((certificate) => certificate !== null, 'must be an X.509 certificate as PEM')
  .transform((certificate) => certificate ?? '');

const certificatesSchema = z.array(certificateSchema).min(1, 'must hold at least one').max(5, 'must hold at most 5');

const oidcSchema = (mayBeHttp: boolean) =>
  z.object({
    issuer: webAddressSchema(mayBeHttp),
    clientId: lineSchema(254),
    scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'must be a scope')).max(20, 'must hold at most 20'),
  });

const samlSchema = (mayBeHttp: boolean) =>
  z.object({
    entityId: lineSchema(1_024),
    signOnUrl: webAddressSchema(mayBeHttp),
    certificates: certificatesSchema,
    logoutUrl: logoutUrlSchema(mayBeHttp).nullish(),
  });

/** Where a provider is told of a sign-out; empty where it is not told. */
const logoutUrlSchema = (mayBeHttp: boolean) => z.union([z.literal(''), webAddressSchema(mayBeHttp)]);

export type OidcSettings = z.output<ReturnType<typeof oidcSchema>>;
export type SamlSettings = z.output<ReturnType<typeof samlSchema>> & {
  /** The certificate, as PEM, of what the platform signs with towards the provider; the key to it is kept sealed. */
  readonly signingCertificate?: string | null;
};

const commonShape = (mayBeHttp: boolean) => ({
  name: lineSchema(80),
  enabled: z.boolean(),
  emailDomains: z
    .array(z.string().trim().toLowerCase().regex(DOMAIN, 'must be a domain such as acme.com'))
    .max(50, 'must hold at most 50'),
  defaultRole: z.string(),
  justInTime: z.boolean(),
  returnUrls: z.array(webAddressSchema(mayBeHttp)).max(20, 'must hold at most 20'),
});

const secretSchema = z.string().min(1, 'must not be empty').max(1_000, 'must be at most 1000 characters long');

/** @param mayBeHttp whether addresses without TLS are allowed, as in development */
export const newProviderSchema = (mayBeHttp: boolean) =>
  z.discriminatedUnion('type', [
    z.object({ ...commonShape(mayBeHttp), type: z.literal('OIDC'), oidc: oidcSchema(mayBeHttp), clientSecret: secretSchema.nullable() }),
    z.object({ ...commonShape(mayBeHttp), type: z.literal('SAML'), saml: samlSchema(mayBeHttp), signMessages: z.boolean() }),
  ]);

export type NewProvider = z.output<ReturnType<typeof newProviderSchema>>;

/** Whom a provider's words are about is settled by its issuer: another issuer is another provider. */
export const providerChangesSchema = (mayBeHttp: boolean) =>
  z
    .object({
      ...commonShape(mayBeHttp),
      clientId: lineSchema(254),
      clientSecret: secretSchema,
      scopes: oidcSchema(mayBeHttp).shape.scopes,
      signOnUrl: webAddressSchema(mayBeHttp),
      certificates: certificatesSchema,
      logoutUrl: logoutUrlSchema(mayBeHttp),
      signMessages: z.boolean(),
    })
    .partial();

export const CLIENT_SECRET_PURPOSE = 'identity.identity_provider.client_secret';
export const SIGNING_KEY_PURPOSE = 'identity.identity_provider.signing_key';

/** The domain of an address, in lower case. */
export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();

/** Whether a provider may speak for an address at all. */
export const maySpeakFor = ({ emailDomains }: { readonly emailDomains: readonly string[] }, email: string): boolean =>
  emailDomains.length === 0 || emailDomains.includes(domainOf(email));
