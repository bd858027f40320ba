import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, request } from 'undici';
import { isPublicAddress } from './public-address.js';

const ANSWER_LENGTH = 1_000;
const LONGEST_URL = 2_000;
/** How long the rest of an answer is waited for, in milliseconds. */
const REST_WITHIN_MS = 1_000;

/** A call that is not made, or that came to nothing. */
export class CallFailedError extends Error {
  override readonly name = 'CallFailedError';
  /** Whether the address itself is at fault, so that another call would fare no better. */
  readonly final: boolean;

  constructor(message: string, final: boolean, options?: ErrorOptions) {
    super(message, options);
    this.final = final;
  }
}

export interface OutgoingCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Until the answer must be there, in milliseconds. */
  readonly timeoutMs: number;
  /** How much of the answer is read, in bytes; 1,000 unless said. */
  readonly longestAnswer?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface OutgoingAnswer {
  readonly status: number;
  /** How it began. */
  readonly text: string;
}

/**
 * Calls of addresses that others have named. They go out to the internet only, by https: an address is looked at
 * when the connection is made, so that no name can lead into the platform's own network. Redirects are not followed.
 */
export interface Outgoing {
  /** Why an address cannot be called; null for one that can, as far as can be seen from it. */
  problemWith(url: string): string | null;
  /** @throws {CallFailedError} when there was no answer */
  post(call: OutgoingCall): Promise<OutgoingAnswer>;
  close(): void;
}

type Lookup = (
  hostname: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, found: string | LookupAddress[], family?: number) => void,
) => void;

class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
}

/** Resolves names, and refuses those of which any address is not public. */
function publicLookup(resolve: Lookup, allowedHosts: ReadonlySet<string>): Lookup {
  return (hostname, options, callback) => {
    resolve(hostname, options, (error, found, family) => {
      const addresses = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address);
      if (!error && !allowedHosts.has(hostname) && !addresses.every(isPublicAddress)) {
        return callback(new PrivateAddressError('The name leads to an address that is not public'), []);
      }
      callback(error, found, family);
    });
  };
}

/** The name of an address as `URL` has it, without the brackets of IPv6. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

async function beginningOf(body: AsyncIterable<Uint8Array> & { destroy(): void }, longest: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const enough = setTimeout(() => body.destroy(), REST_WITHIN_MS);
  try {
    for await (const part of body) {
      parts.push(part);
      length += part.length;
      if (length >= longest) break;
    }
  } catch {
    // The answer has been given by its first line; that it was cut short changes nothing.
  } finally {
    clearTimeout(enough);
    body.destroy();
  }
  // No database holds a NUL.
  return Buffer.concat(parts).toString('utf8').replaceAll('\0', '').slice(0, longest);
}

function failureOf(error: unknown): CallFailedError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof PrivateAddressError) return new CallFailedError(cause.message, true, { cause: error });
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown';
  return new CallFailedError(`The connection failed: ${code}`, false, { cause: error });
}

/**
 * @param options `allowedHosts` may be called wherever they lead, also by http: for receivers on the same machine;
 *   `lookup` is the system's unless given
 */
export function createOutgoing(options: { readonly allowedHosts?: readonly string[]; readonly lookup?: Lookup } = {}): Outgoing {
  const allowedHosts = new Set(options.allowedHosts ?? []);
  const lookup = publicLookup(options.lookup ?? (systemLookup), allowedHosts);
  let agent: Agent | undefined;
  const dispatcher = (): Agent =>
    (agent ??= new Agent({ connect: { lookup }, connections: 10, keepAliveTimeout: 4_000, maxHeaderSize: 16_384 }));

  const problemWith = (text: string): string | null => {
    if (text.length > LONGEST_URL || !URL.canParse(text)) return 'must be an address that begins with https://';
    const url = new URL(text);
    const host = hostOf(url);
    if (url.username !== '' || url.password !== '') return 'must not hold a name or a password';
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowedHosts.has(host))) {
      return 'must be an address that begins with https://';
    }
    const isPrivate = isIP(host) !== 0 ? !isPublicAddress(host) : !host.includes('.');
    return isPrivate && !allowedHosts.has(host) ? 'must be an address on the internet' : null;
  };

  return {
    problemWith,
    async post({ url, headers, body, timeoutMs, signal, longestAnswer = ANSWER_LENGTH }) {
      const problem = problemWith(url);
      if (problem !== null) throw new CallFailedError(`The address ${problem}`, true);
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await request(url, {
          method: 'POST',
          headers: { 'user-agent': 'Spine/1', ...headers },
          body,
          dispatcher: dispatcher(),
          signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
        });
        return { status: answer.statusCode, text: await beginningOf(answer.body, longestAnswer) };
      } catch (error) {
        if (deadline.aborted) throw new CallFailedError('There was no answer in time', false, { cause: error });
        throw failureOf(error);
      }
    },
    close() {
      void agent?.destroy();
      agent = undefined;
    },
  };
}
