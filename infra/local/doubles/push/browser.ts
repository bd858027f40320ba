import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';

const TAG_BYTES = 16;
const SALT_BYTES = 16;
const LAST_RECORD = 0x02;

const derive = (secret: Buffer, salt: Buffer, info: string | Buffer, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, salt, info, bytes));

/** A browser that has subscribed to push, as a push service knows it and as only it can read (RFC 8291). */
export interface PushBrowser {
  readonly subscription: { readonly endpoint: string; readonly p256dh: string; readonly auth: string };
  /** @throws for a message that was not encrypted for this browser */
  open(message: Buffer): string;
}

export function createPushBrowser(endpoint: string): PushBrowser {
  const key = createECDH('prime256v1');
  const publicKey = key.generateKeys();
  const auth = randomBytes(16);
  return {
    subscription: { endpoint, p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') },
    open(message) {
      const salt = message.subarray(0, SALT_BYTES);
      const keyLength = message.readUInt8(SALT_BYTES + 4);
      const begin = SALT_BYTES + 5 + keyLength;
      const theirs = message.subarray(SALT_BYTES + 5, begin);
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, theirs]);
      const secret = derive(key.computeSecret(theirs), auth, info, 32);
      const contentKey = derive(secret, salt, 'Content-Encoding: aes128gcm\0', 16);
      const nonce = derive(secret, salt, 'Content-Encoding: nonce\0', 12);
      const decipher = createDecipheriv('aes-128-gcm', contentKey, nonce).setAuthTag(message.subarray(-TAG_BYTES));
      const record = Buffer.concat([decipher.update(message.subarray(begin, -TAG_BYTES)), decipher.final()]);
      return record.subarray(0, record.lastIndexOf(LAST_RECORD)).toString('utf8');
    },
  };
}
