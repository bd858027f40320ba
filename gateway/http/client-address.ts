import { BlockList, isIP, isIPv4 } from 'node:net';
import type { IncomingMessage } from 'node:http';

/** What a request says of its way here, believed as far as the peers it came through are trusted. */
export interface ClientFacts {
  readonly ip: string | null;
  /** Value of the Host header, or of the one a trusted proxy was asked for. */
  readonly host: string;
  readonly secure: boolean;
}

/** `::ffff:10.0.0.1` is 10.0.0.1 seen through a socket that takes both. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

/** @throws RangeError for what is neither an address nor a range */
function trustedList(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', prefix] = proxy.split('/');
    if (isIP(address) === 0) throw new RangeError(`trusted proxy ${proxy} is neither an address nor a range`);
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

const lastOf = (header: string | string[] | undefined): string | undefined =>
  (Array.isArray(header) ? header.join(',') : header)
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .at(-1);

/** `X-Forwarded-*` headers count only when the peer itself is a trusted proxy. */
export function createClientReader(proxies: readonly string[]): (message: IncomingMessage) => ClientFacts {
  const trusted = trustedList(proxies);
  const isTrusted = (address: string): boolean =>
    proxies.length > 0 && isIP(address) !== 0 && trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

  const clientIp = (peer: string, header: string | string[] | undefined): string => {
    const hops = String(header ?? '')
      .split(',')
      .map((hop) => plain(hop.trim()))
      .filter((hop) => isIP(hop) !== 0);
    // From the nearest hop outwards, the first that is not ours is as far as anyone can vouch.
    return hops.reverse().find((hop) => !isTrusted(hop)) ?? hops.at(-1) ?? peer;
  };

  return ({ socket, headers }) => {
    const peer = plain(socket.remoteAddress ?? '');
    const encrypted = 'encrypted' in socket && socket.encrypted === true;
    if (!isTrusted(peer)) return { ip: peer || null, host: headers.host ?? '', secure: encrypted };
    return {
      ip: clientIp(peer, headers['x-forwarded-for']),
      host: lastOf(headers['x-forwarded-host']) ?? headers.host ?? '',
      secure: encrypted || lastOf(headers['x-forwarded-proto']) === 'https',
    };
  };
}
