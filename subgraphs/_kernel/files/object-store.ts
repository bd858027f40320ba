import type { Readable } from 'node:stream';

/** An upload that a client makes itself: the store takes exactly this, until then. */
export interface UploadLink {
  readonly method: 'PUT';
  readonly url: string;
  /** To be sent as they are. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface StoredObject {
  /** In bytes. */
  readonly size: number;
  /** Null where the store keeps none. */
  readonly contentType: string | null;
}

export interface UploadTerms {
  readonly key: string;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  readonly expiresInSeconds: number;
}

export interface DownloadTerms {
  readonly key: string;
  readonly contentType: string;
  /** What it is saved as. */
  readonly name: string;
  readonly expiresInSeconds: number;
}

/** Where bytes are kept, by keys that begin with their tenant's id. */
export interface ObjectStore {
  /** What keeps them: a server that speaks S3, or this machine. */
  readonly kind: 's3' | 'disk';
  uploadLink(terms: UploadTerms): Promise<UploadLink>;
  /** A link that shows one object to whoever has it. */
  downloadLink(terms: DownloadTerms): Promise<string>;
  /** Null where there is nothing. */
  stat(key: string): Promise<StoredObject | null>;
  /** Puts what lies at one key at another. Where nothing lies, nothing happens: it was moved before. */
  move(from: string, to: string): Promise<void>;
  /** Puts bytes of the platform's own there, whole or not at all; what lay there is replaced. */
  write(key: string, contentType: string, bytes: Uint8Array): Promise<void>;
  /** @throws when there is nothing */
  read(key: string): Promise<Readable>;
  /** Removing what is not there is no failure. */
  remove(key: string): Promise<void>;
}

/** Keys are made by the platform alone: words of letters, digits and hyphens, joined by slashes. */
const KEY = /^[\w-]+(\/[\w-]+)+(\.incoming)?$/;

/** @throws {TypeError} for a key that could lead elsewhere */
export function requireKey(key: string): string {
  if (!KEY.test(key)) throw new TypeError(`Not a key: ${key}`);
  return key;
}

/** A `content-disposition` that saves, and never shows: what somebody uploaded is no page of ours. */
export const asAttachment = (name: string): string =>
  `attachment; filename="${name.replaceAll(/[^\w. -]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", '%27')}`;
