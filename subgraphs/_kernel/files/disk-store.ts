import { createHmac, hkdfSync, randomUUID, timingSafeEqual } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Clock } from '../request/clock.js';
import { FILES_PATH, type FileAnswer, type FileDoor } from '../wire/file-door.js';
import { asAttachment, requireKey, type ObjectStore } from './object-store.js';

export interface DiskConfig {
  /** Everything is kept below it; made when it is first needed. */
  readonly folder: string;
  /** Address of the gateway, which serves the links. */
  readonly publicUrl: string;
  /** Links are signed with a key made from it. */
  readonly secret: string;
}

/** What a link lets whoever has it do. */
const linkSchema = z.strictObject({
  method: z.enum(['GET', 'PUT']),
  key: z.string(),
  contentType: z.string(),
  /** Bytes of an upload. */
  size: z.number().optional(),
  /** What a download is saved as. */
  name: z.string().optional(),
  /** Epoch seconds. */
  expires: z.number(),
});
type Link = z.output<typeof linkSchema>;

const isMissing = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';

class WrongLength extends Error {}

/** Lets through as many bytes as were announced, and fails with fewer or more. */
function exactly(size: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > size) done(new WrongLength());
      else done(null, chunk);
    },
    flush: (done) => done(seen === size ? null : new WrongLength()),
  });
}

const refusal = (status: number, message: string): FileAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: message,
});

/** The local disk as an object store, for one machine, and the door through which its links lead. */
export function createDiskStore({ folder, publicUrl, secret }: DiskConfig, clock: Clock): ObjectStore & FileDoor {
  const signingKey = Buffer.from(hkdfSync('sha256', secret, '', 'spine file links', 32));
  const placeOf = (key: string): string => path.join(folder, ...requireKey(key).split('/'));
  const signatureOf = (claims: string): Buffer => createHmac('sha256', signingKey).update(claims).digest();
  const expiryIn = (seconds: number): number => Math.floor(clock.now().getTime() / 1_000) + seconds;

  const urlOf = (link: Link): string => {
    const claims = Buffer.from(JSON.stringify(link)).toString('base64url');
    return new URL(`${FILES_PATH}/${claims}.${signatureOf(claims).toString('base64url')}`, publicUrl).href;
  };

  /** Null for a link that is not ours, for another method, or over. */
  const linkIn = (message: IncomingMessage): Link | null => {
    const token = new URL(message.url ?? '/', publicUrl).pathname.slice(FILES_PATH.length + 1);
    const [claims = '', signature = ''] = token.split('.');
    const [given, expected] = [Buffer.from(signature, 'base64url'), signatureOf(claims)];
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const link = linkSchema.parse(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')));
    const method = message.method === 'HEAD' ? 'GET' : message.method;
    return link.method === method && link.expires * 1_000 > clock.now().getTime() ? link : null;
  };

  const sizeAt = async (key: string): Promise<number | null> => {
    try {
      return (await stat(placeOf(key))).size;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };

  const receive = async (message: IncomingMessage, { key, contentType, size = 0 }: Link): Promise<FileAnswer> => {
    const { headers } = message;
    if (headers['content-type'] !== contentType) return refusal(400, `The content type must be ${contentType}`);
    if (headers['content-length'] !== undefined && headers['content-length'] !== String(size)) {
      return refusal(400, `The length must be ${size}`);
    }
    const place = placeOf(key);
    const half = `${place}.${randomUUID()}`;
    await mkdir(path.dirname(place), { recursive: true });
    try {
      await pipeline(message, exactly(size), createWriteStream(half, { flags: 'wx', mode: 0o600 }));
      // Whole or not at all.
      await rename(half, place);
    } catch (error) {
      await rm(half, { force: true });
      if (error instanceof WrongLength) return refusal(400, `The length must be ${size}`);
      throw error;
    }
    return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' };
  };

  const show = async ({ key, contentType, name = 'file' }: Link): Promise<FileAnswer> => {
    const size = await sizeAt(key);
    if (size === null) return refusal(404, 'There is nothing here');
    return {
      status: 200,
      headers: {
        'content-type': contentType,
        'content-length': String(size),
        'content-disposition': asAttachment(name),
        'cache-control': 'private, no-store',
        'x-content-type-options': 'nosniff',
      },
      body: '',
      stream: (response) => pipeline(createReadStream(placeOf(key)), response),
    };
  };

  return {
    kind: 'disk',
    uploadLink: async ({ key, contentType, size, expiresInSeconds }) => ({
      method: 'PUT',
      url: urlOf({ method: 'PUT', key: requireKey(key), contentType, size, expires: expiryIn(expiresInSeconds) }),
      headers: { 'content-type': contentType },
    }),
    downloadLink: async ({ key, contentType, name, expiresInSeconds }) =>
      urlOf({ method: 'GET', key: requireKey(key), contentType, name, expires: expiryIn(expiresInSeconds) }),

    async stat(key) {
      const size = await sizeAt(key);
      return size === null ? null : { size, contentType: null };
    },

    async move(from, to) {
      await rename(placeOf(from), placeOf(to)).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    },
    async write(key, _contentType, bytes) {
      const place = placeOf(key);
      const half = `${place}.${randomUUID()}`;
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(half, bytes, { flag: 'wx', mode: 0o600 });
      await rename(half, place);
    },
    read: async (key): Promise<Readable> => createReadStream(placeOf(key)),
    remove: (key) => rm(placeOf(key), { force: true }),

    async answer(message) {
      const link = linkIn(message);
      if (!link) return refusal(403, 'This link is not valid, or no more');
      return link.method === 'PUT' ? receive(message, link) : show(link);
    },
  };
}
