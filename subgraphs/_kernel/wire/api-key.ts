import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { TenantPermission } from './permissions.js';

/** How every key begins, so that people and secret scanners know one when they see it. */
export const API_KEY_PREFIX = 'cf_';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 43 characters of 62 are 256 bits. */
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;

const SHAPE = new RegExp(`^${API_KEY_PREFIX}[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);

function checksumOf(random: string): string {
  let rest = crc32(random);
  let text = '';
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit += 1) {
    text = (ALPHABET[rest % ALPHABET.length] ?? '') + text;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}

/** A new key: prefix, 256 random bits in base 62, and a CRC-32 of them. */
export function newApiKey(): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return API_KEY_PREFIX + random + checksumOf(random);
}

/** Whether a text can be a key at all: a mistyped one is told apart without asking anybody. */
export function looksLikeApiKey(text: string): boolean {
  if (!SHAPE.test(text)) return false;
  const random = text.slice(API_KEY_PREFIX.length, -CHECKSUM_LENGTH);
  return text.slice(-CHECKSUM_LENGTH) === checksumOf(random);
}

/**
 * Path at which identity answers whose a key is: `?hash=<sha256 hex>`. 200 with a `KnownApiKey` as JSON, or 404 alike
 * for one that is unknown, revoked or expired. Served to the platform itself only, never forwarded to a client.
 */
export const API_KEY_PATH = '/internal/api-key';

/** Where the gateway reports what was used: a POST of `ApiKeyUse[]` as JSON. Served to the platform itself only. */
export const API_KEY_USES_PATH = '/internal/api-key-uses';

export interface KnownApiKey {
  readonly tenantId: string;
  readonly apiKeyId: string;
  readonly serviceAccountId: string;
  readonly permissions: readonly TenantPermission[];
  readonly hourlyLimit: number;
  readonly registeredClient: string | null;
  /** ISO 8601 instant; null for one without an end. */
  readonly expiresAt: string | null;
}

/** How often a key was used since the last report, and when it last was. */
export interface ApiKeyUse {
  readonly tenantId: string;
  readonly apiKeyId: string;
  readonly uses: number;
  /** ISO 8601 instant. */
  readonly lastUsedAt: string;
}
