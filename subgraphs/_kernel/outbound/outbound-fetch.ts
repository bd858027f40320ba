import { lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { Agent, fetch as undiciFetch } from 'undici';

/** Networks that belong to nobody outside: whoever is led there by an address of a tenant's would be led into ours. */
const OURS: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const blocked = new BlockList();
for (const [network, prefix, family] of OURS) blocked.addSubnet(network, prefix, family);

/** Whether an address is one of the outside world. IPv4 within IPv6 is judged as what it is. */
export function isOutside(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && !blocked.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** How much of others' patience and memory a call may take. */
export interface OutboundLimits {
  /** Until a connection stands, and between two parts of an answer, in milliseconds; five seconds unless said. */
  readonly pauseMs?: number;
  /** The longest answer in bytes; a mebibyte unless said. */
  readonly longestAnswer?: number;
}

/**
 * A `fetch` for addresses that tenants name. It never follows a redirect, and what a name leads to is judged when the
 * connection is made, so that no name can lead elsewhere in between.
 * @param mayBeInside whether our own networks may be asked, as in development
 */
export function createOutboundFetch(
  mayBeInside: boolean,
  { pauseMs = 5_000, longestAnswer = 1024 * 1024 }: OutboundLimits = {},
): typeof fetch {
  const guarded: typeof lookup = ((host: string, options: object, callback: (...args: unknown[]) => void) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      const first = found?.find(({ address }) => mayBeInside || isOutside(address));
      if (error || !first) return callback(error ?? new Error(`${host} leads to no address outside`), '', 0);
      if ('all' in options && options.all === true) return callback(null, [first]);
      callback(null, first.address, first.family);
    });
  }) as typeof lookup;
  const dispatcher = new Agent({ 
    connect: { lookup: guarded, timeout: pauseMs },
    headersTimeout: pauseMs,
    bodyTimeout: pauseMs,
    maxResponseSize: longestAnswer,
  });
  return (async (input: string | URL, init?: object) => {
    const { hostname } = new URL(input);
    const literal = hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) !== 0 && !mayBeInside && !isOutside(literal)) throw new Error(`${hostname} is no address outside`);
    return undiciFetch(input, { ...init, redirect: 'manual', dispatcher });
  }) as unknown as typeof fetch;
}
