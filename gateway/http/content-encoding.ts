import { promisify } from 'node:util';
import { brotliCompress, constants, deflate, gzip, gunzip } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { Refusal } from '../refusal.js';
import { BodyTooLongError } from './read-body.js';

const CODINGS = ['br', 'gzip', 'deflate'] as const;
export type Coding = (typeof CODINGS)[number];

/** What is shorter fits one packet as it is. */
const WORTH_COMPRESSING_BYTES = 1_024;
const COMPRESSIBLE = /^(?:text\/|application\/(?:[\w.+-]+\+)?json\b)/;

const BROTLI_QUALITY = 3;
const ZLIB_LEVEL = 3;

const compressors: Readonly<Record<Coding, (body: Buffer) => Promise<Buffer>>> = {
  br: (body) =>
    promisify(brotliCompress)(body, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    }),
  gzip: (body) => promisify(gzip)(body, { level: ZLIB_LEVEL }),
  deflate: (body) => promisify(deflate)(body, { level: ZLIB_LEVEL }),
};

function parseWeights(header: string): ReadonlyMap<string, number> {
  return new Map(
    header.split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      const value = weight === undefined ? 1 : Number(weight.slice(2));
      return [name, Number.isFinite(value) ? value : 0];
    }),
  );
}

/** The coding a client likes best, ours where it likes several the same; null for none at all (RFC 9110, 12.5.3). */
export function preferredCoding(acceptEncoding: string): Coding | null {
  const weights = parseWeights(acceptEncoding);
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const [best] = CODINGS.map((name) => ({ name, weight: weightOf(name) }))
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight);
  return best && best.weight >= (weights.get('identity') ?? 0) ? best.name : null;
}

/** Headers are few and repeat, but are anyone's to choose. */
const chosen = new LRUCache<string, { readonly coding: Coding | null }>({ max: 200 });
const LONGEST_REMEMBERED = 200;

function codingFor(acceptEncoding: string): Coding | null {
  const known = chosen.get(acceptEncoding);
  if (known) return known.coding;
  const coding = preferredCoding(acceptEncoding);
  if (acceptEncoding.length <= LONGEST_REMEMBERED) chosen.set(acceptEncoding, { coding });
  return coding;
}

export const isWorthCompressing = (body: string, contentType: string | undefined): boolean =>
  body.length >= WORTH_COMPRESSING_BYTES && COMPRESSIBLE.test(contentType ?? '');

export interface EncodedBody {
  readonly coding: Coding;
  readonly bytes: Buffer;
}

/**
 * A body as the client would rather have it; null where it is to go as it is. Off the event loop, at a level that
 * costs little.
 *
 * On BREACH: it takes an attacker who can make the victim's browser ask again and again for a page that holds the
 * secret next to text of the attacker's choice. Here nothing a browser sends by itself authenticates: the token is
 * in a header that only the page that holds it can set. So a foreign page gets what anybody gets, and there is no
 * secret in it to guess. The pages that do have a cookie are answered as they are.
 */
export async function encodeBody(body: string, acceptEncoding: string): Promise<EncodedBody | null> {
  const coding = codingFor(acceptEncoding);
  return coding === null ? null : { coding, bytes: await compressors[coding](Buffer.from(body)) };
}

/** The body comes in a form that is not read here. */
class UnsupportedCodingError extends Refusal {
  override get status(): number {
    return 415;
  }
}

/**
 * A request's body as it was before it was compressed, at most `limit` bytes of it.
 * @throws {Refusal} 415 for a coding other than gzip, 413 for more bytes, 400 for what is not gzip
 */
export async function decodeBody(body: Buffer, contentEncoding: string | null, limit: number): Promise<Buffer> {
  const coding = contentEncoding?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity') return body;
  if (coding !== 'gzip') {
    const headers = { 'accept-encoding': 'gzip, identity' };
    throw new UnsupportedCodingError('BAD_USER_INPUT', 'A body may be compressed by gzip or not at all', { headers });
  }
  try {
    // Gives up at the limit, so that a few bytes cannot become gigabytes.
    return await promisify(gunzip)(body, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new BodyTooLongError('OPERATION_TOO_COMPLEX', `The body is longer than ${limit} bytes`);
    }
    throw new Refusal('BAD_USER_INPUT', 'The body is not what gzip makes');
  }
}
