import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { lineSchema } from '../../_kernel/validation/text.js';

/** Minutes to touch the key in. */
export const PASSKEY_CHALLENGE_MINUTES = 5;
export const MOST_PASSKEYS = 20;

const base64url = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[\w-]+={0,2}$/, 'must be base64url');

const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;

/** What `navigator.credentials.create` gives, by its `toJSON`. */
export const registrationSchema = z
  .object({
    name: lineSchema(60),
    credentialId: base64url(2_000),
    clientDataJson: base64url(4_000),
    attestationObject: base64url(16_000),
    transports: z.array(z.enum(TRANSPORTS)).max(TRANSPORTS.length).nullish(),
  })
  .transform(({ name, credentialId, clientDataJson, attestationObject, transports }) => ({
    name,
    response: {
      id: credentialId,
      rawId: credentialId,
      type: 'public-key',
      clientExtensionResults: {},
      response: { clientDataJSON: clientDataJson, attestationObject, transports: transports ?? [] },
    } satisfies RegistrationResponseJSON,
  }));

/** What `navigator.credentials.get` gives, by its `toJSON`. */
export const assertionSchema = z
  .object({
    credentialId: base64url(2_000),
    clientDataJson: base64url(4_000),
    authenticatorData: base64url(4_000),
    signature: base64url(4_000),
  })
  .transform(
    ({ credentialId, clientDataJson, authenticatorData, signature }): AuthenticationResponseJSON => ({
      id: credentialId,
      rawId: credentialId,
      type: 'public-key',
      clientExtensionResults: {},
      response: { clientDataJSON: clientDataJson, authenticatorData, signature },
    }),
  );

const clientDataSchema = z.object({ challenge: z.string() });

/** The challenge that was signed; null for what is no client data. */
export function challengeIn(clientDataJson: string): string | null {
  try {
    const text = Buffer.from(clientDataJson, 'base64url').toString('utf8');
    return clientDataSchema.safeParse(JSON.parse(text)).data?.challenge ?? null;
  } catch {
    return null;
  }
}
