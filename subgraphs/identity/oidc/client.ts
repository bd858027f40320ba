import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { lineSchema } from '../../_kernel/validation/text.js';
import { permissionsSchema } from '../service-account/service-account.js';

export const OIDC_CLIENT_KINDS = ['WEB', 'PUBLIC', 'SERVICE'] as const;
export type OidcClientKind = (typeof OIDC_CLIENT_KINDS)[number];

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

const SECRET_PREFIX = 'spo_';
const MOST_URIS = 20;
const LONGEST_URI = 500;

/** Schemes that a browser runs or reads by itself. */
const NOBODYS_SCHEMES = ['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:', 'ftp:', 'ws:', 'wss:'];
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** 256 random bits behind a prefix that secret scanners can recognise. */
export const newClientSecret = (): string => SECRET_PREFIX + randomBytes(32).toString('base64url');

const isLoopback = ({ protocol, hostname }: URL): boolean => protocol === 'http:' && LOOPBACK.includes(hostname);

/** By TLS, or to a program on the person's own machine: by a scheme of its own or its loopback address. */
function mayBeSentTo(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.hash !== '' || url.username !== '' || NOBODYS_SCHEMES.includes(url.protocol)) return false;
  if (url.protocol === 'https:' || isLoopback(url)) return true;
  // A program's own scheme is a name of the domain it belongs to, turned round (RFC 8252, 7.1).
  return url.protocol !== 'http:' && url.protocol.includes('.');
}

const redirectUris = z
  .array(z.string().max(LONGEST_URI))
  .max(MOST_URIS)
  .refine((uris) => uris.every(mayBeSentTo), 'must each be an https address, or one of a program on the own machine');

const httpsUri = z
  .string()
  .max(LONGEST_URI)
  .refine((text) => URL.canParse(text) && (new URL(text).protocol === 'https:' || isLoopback(new URL(text))), 'must be an https address');

export const oidcClientSettingsSchema = z.object({
  name: lineSchema(80),
  redirectUris,
  postLogoutRedirectUris: redirectUris,
  backChannelLogoutUri: httpsUri.nullable(),
  permissions: permissionsSchema,
  firstParty: z.boolean(),
  requiresPushedRequests: z.boolean(),
  bindsTokens: z.boolean(),
  exchangesTokens: z.boolean(),
});

export type OidcClientSettings = z.infer<typeof oidcClientSettingsSchema>;

/** Whether the program is one on the person's own machine, so that others there may pretend to be it. */
export const isNative = (uris: readonly string[]): boolean => uris.some((uri) => new URL(uri).protocol !== 'https:');

export function grantTypesOf(client: { readonly kind: OidcClientKind; readonly exchangesTokens: boolean }): readonly string[] {
  const own = client.kind === 'SERVICE' ? ['client_credentials'] : ['authorization_code', 'refresh_token'];
  return client.exchangesTokens ? [...own, TOKEN_EXCHANGE] : own;
}
