import { generateKeyPair, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

const tlv = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const bytes = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), body]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const utcTime = (text: string): Buffer => tlv(0x17, Buffer.from(text, 'ascii'));

const SHA256_WITH_RSA = sequence(oid('2a864886f70d01010b'), tlv(0x05));
const COMMON_NAME = '550403';
/** Whoever is given the certificate trusts the key in it, not its term. */
const TERM = sequence(utcTime('200101000000Z'), utcTime('491231235959Z'));

export const RSA_BITS = 2_048;

export interface SigningPair {
  /** As PEM (PKCS #8). */
  readonly privateKey: string;
  /** As PEM. */
  readonly certificate: string;
}

/** A certificate (X.509) for a key, which it has signed itself. */
export function selfSigned(name: string, keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }): SigningPair {
  const { privateKey, publicKey } = keys;
  const subject = sequence(tlv(0x31, sequence(oid(COMMON_NAME), tlv(0x0c, Buffer.from(name, 'utf8')))));
  const facts = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1])),
    SHA256_WITH_RSA,
    subject,
    TERM,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', facts, privateKey);
  const whole = sequence(facts, SHA256_WITH_RSA, tlv(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

/** A new RSA key with its certificate. @param name at most 64 characters */
export const newSigningPair = async (name: string): Promise<SigningPair> =>
  selfSigned(name, await promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS }));
