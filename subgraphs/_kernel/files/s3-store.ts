import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../request/clock.js';
import { asAttachment, requireKey, type ObjectStore } from './object-store.js';

export interface S3Config {
  /** Such as `https://fra1.digitaloceanspaces.com`. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const TIMEOUT_MS = 30_000;
/** Whoever makes a link does not know the bytes that will go by it. */
const UNSIGNED = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };

/** SHA-256 as the signer asks for it. */
class Sha256 {
  #hash: Hash | Hmac;
  readonly #secret: string | Uint8Array | undefined;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined || typeof secret === 'string' ? secret : Buffer.from(bytesOf(secret));
    this.#hash = this.#fresh();
  }

  #fresh(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#fresh();
  }
}

const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);

/** Anything that speaks S3: one private bucket, addressed by path, every request signed by Signature Version 4. */
export function createS3Store({ endpoint, region, bucket, accessKeyId, secretAccessKey }: S3Config, clock: Clock): ObjectStore {
  const { protocol, hostname, port, host } = new URL(endpoint);
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
    // Paths of S3 are signed as they are sent.
    uriEscapePath: false,
  });

  const requestFor = (method: string, key: string, headers: Record<string, string> = {}, query: Record<string, string> = {}) =>
    new HttpRequest({
      method,
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path: `/${bucket}/${requireKey(key)}`,
      query,
      headers: { host, ...headers },
    });

  const urlOf = ({ path, query = {} }: { readonly path: string; readonly query?: HttpRequest['query'] }): string => {
    const url = new URL(path, endpoint);
    url.search = Object.entries(query)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
      .join('&');
    return url.href;
  };

  const send = async (method: string, key: string, headers: Record<string, string> = {}, body?: Buffer<ArrayBuffer>): Promise<Response> => {
    const request = Object.assign(requestFor(method, key, headers), body && { body });
    const signed = await signer.sign(request, { signingDate: clock.now() });
    // The client writes `host` itself.
    const sent = Object.entries(signed.headers).filter(([name]) => name !== 'host');
    return fetch(urlOf(signed), { method, headers: Object.fromEntries(sent), body: body ?? null, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  };

  const failed = async (response: Response, what: string): Promise<Error> => {
    await response.body?.cancel();
    return new Error(`The object store answered ${response.status} to ${what}`);
  };

  const remove: ObjectStore['remove'] = async (key) => {
    const response = await send('DELETE', key);
    if (!response.ok && response.status !== 404) throw await failed(response, 'DELETE');
    await response.body?.cancel();
  };

  return {
    kind: 's3',
    remove,

    async uploadLink({ key, contentType, size, expiresInSeconds }) {
      const headers = { 'content-type': contentType, 'content-length': String(size) };
      const signed = await signer.presign(requestFor('PUT', key, { ...headers, ...UNSIGNED }), {
        signingDate: clock.now(),
        expiresIn: expiresInSeconds,
        // Type and length are part of what is signed: the store takes no other.
        signableHeaders: new Set(['host', 'content-type', 'content-length']),
      });
      return { method: 'PUT', url: urlOf(signed), headers };
    },

    async downloadLink({ key, contentType, name, expiresInSeconds }) {
      const query = { 'response-content-type': contentType, 'response-content-disposition': asAttachment(name) };
      const signed = await signer.presign(requestFor('GET', key, { ...UNSIGNED }, query), { signingDate: clock.now(), expiresIn: expiresInSeconds });
      return urlOf(signed);
    },

    async stat(key) {
      const response = await send('HEAD', key);
      if (response.status === 404) return null;
      if (!response.ok) throw await failed(response, 'HEAD');
      return { size: Number(response.headers.get('content-length')), contentType: response.headers.get('content-type') };
    },

    async move(from, to) {
      const response = await send('PUT', to, { 'x-amz-copy-source': `/${bucket}/${requireKey(from)}` });
      if (response.status === 404) return void (await response.body?.cancel());
      // A copy that fails half way says so in an answer of 200.
      if (!response.ok || (await response.text()).includes('<Error>')) throw new Error(`The object store answered ${response.status} to a copy`);
      await remove(from);
    },

    async write(key, contentType, bytes) {
      const response = await send('PUT', key, { 'content-type': contentType }, Buffer.from(bytes));
      if (!response.ok) throw await failed(response, 'PUT');
      await response.body?.cancel();
    },

    async read(key) {
      const response = await send('GET', key);
      if (!response.ok || !response.body) throw await failed(response, 'GET');
      return Readable.fromWeb(response.body as ReadableStream);
    },
  };
}
