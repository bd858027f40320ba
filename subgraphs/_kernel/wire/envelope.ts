import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Principal } from './principal.js';
import type { TenantIdentity } from './tenant.js';

/** Header that carries the envelope over HTTP, and key of it in a WebSocket operation's `extensions`. */
export const ENVELOPE_HEADER = 'spine-envelope';

/** How long a subgraph accepts an envelope after it was sealed, in milliseconds. */
export const ENVELOPE_LIFETIME_MS = 60_000;

/** How far ahead of the subgraph's clock the gateway's may run, in milliseconds. */
const CLOCK_SKEW_MS = 5_000;

/** Where a request came from, as the gateway saw it. */
export interface RequestOrigin {
  readonly requestId: string;
  /** Client address after trusted proxies; null where there is no client, as in a reaction. */
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The company's own domain at which it was asked, which the company has shown to be its own; absent elsewhere. */
  readonly domain?: string | undefined;
}

/** All that a subgraph believes of a request. It is believed because only the gateway can sign it. */
export interface Envelope {
  readonly tenant: TenantIdentity;
  readonly principal: Principal;
  readonly origin: RequestOrigin;
}

export type EnvelopeRefusal = 'MISSING' | 'MALFORMED' | 'BAD_SIGNATURE' | 'EXPIRED';

export type EnvelopeVerdict =
  { readonly ok: true; readonly envelope: Envelope } | { readonly ok: false; readonly reason: EnvelopeRefusal };

interface SealedContent extends Envelope {
  /** Epoch milliseconds at which the envelope was sealed. */
  readonly issuedAt: number;
}

const sign = (secret: string, body: string): Buffer => createHmac('sha256', secret).update(body).digest();

/**
 * Seals an envelope as `<base64url JSON>.<base64url HMAC-SHA-256>`.
 * @param now epoch milliseconds
 */
export function sealEnvelope(envelope: Envelope, secret: string, now: number): string {
  const content: SealedContent = {
    tenant: envelope.tenant,
    principal: envelope.principal,
    origin: envelope.origin,
    issuedAt: now,
  };
  const body = Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${body}.${sign(secret, body).toString('base64url')}`;
}

/**
 * Opens a sealed envelope. The signature is compared in constant time and before the content is parsed,
 * so nothing the gateway did not write ever reaches a parser.
 * @param now epoch milliseconds
 */
export function openEnvelope(sealed: string | undefined, secret: string, now: number): EnvelopeVerdict {
  if (!sealed) return { ok: false, reason: 'MISSING' };
  const separator = sealed.indexOf('.');
  if (separator < 1) return { ok: false, reason: 'MALFORMED' };
  const body = sealed.slice(0, separator);
  const given = Buffer.from(sealed.slice(separator + 1), 'base64url');
  const expected = sign(secret, body);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return { ok: false, reason: 'BAD_SIGNATURE' };
  }
  const content = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as SealedContent;
  const age = now - content.issuedAt;
  if (age > ENVELOPE_LIFETIME_MS || age < -CLOCK_SKEW_MS) return { ok: false, reason: 'EXPIRED' };
  return {
    ok: true,
    envelope: { tenant: content.tenant, principal: content.principal, origin: content.origin },
  };
}
