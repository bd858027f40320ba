import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';

/** So that `_spine.` fits in front of it (RFC 1035, 2.3.4). */
const LONGEST_HOST = 246;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** What a host is written with before it is put into ASCII: letters of any script, digits, marks, hyphens, dots. */
const WRITTEN = /^[\p{L}\p{M}\p{N}.-]+$/u;

/** Names that no public DNS answers for (RFC 6761, RFC 6762, RFC 7686, RFC 9476 and `internal`). */
const NOT_PUBLIC: readonly string[] = ['localhost', 'local', 'invalid', 'onion', 'arpa', 'alt', 'internal'];

const isUnder = (host: string, top: string): boolean => host === top || host.endsWith(`.${top}`);

const isHostName = (host: string): boolean => {
  const labels = host.split('.');
  return host.length <= LONGEST_HOST && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '');
};

/** A host as browsers send it: lower case, in ASCII (`xn--…`), without a dot at the end. */
const inAscii = (written: string): string => domainToASCII(written.replace(/\.$/, ''));

/**
 * A host that can be a company's own address, in whatever script it is written.
 * @param baseDomain under which the platform itself gives addresses away
 */
export const hostSchema = (baseDomain: string) =>
  z
    .string()
    .trim()
    .refine((written) => !written.includes('*'), { error: 'must be one host: a wildcard cannot be proved', abort: true })
    .refine((written) => isIP(written) === 0, { error: 'must be a name, not an address', abort: true })
    .regex(WRITTEN, { error: 'must be a host name such as app.example.com, without scheme, port and path', abort: true })
    .transform(inAscii)
    .refine(isHostName, { error: 'must be a host name such as app.example.com', abort: true })
    .refine((host) => host.includes('.'), { error: 'must have at least two labels', abort: true })
    .refine((host) => !isUnder(host, baseDomain), 'is an address of the platform; your subdomain there is yours already')
    .refine((host) => !NOT_PUBLIC.some((top) => isUnder(host, top)), 'must be a name of the public DNS');
