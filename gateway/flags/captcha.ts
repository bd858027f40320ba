import { createHash } from 'node:crypto';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import { Refusal } from '../refusal.js';
import type { RateCounter } from '../stages/rate-limits/rate-counter.js';

/** Header in which a client shows what it has worked out. */
export const CAPTCHA_HEADER = 'x-captcha';

/** About 65,000 tries: a second for a browser, and nothing that is done by the million. */
export const CAPTCHA_BITS = 16;
const GOOD_FOR_SECONDS = 300;

const FORM = /^v1\.(\d{10})\.([A-Za-z0-9_-]{8,64})\.(\d{1,16})$/;

/** How many bits at the beginning of the text's SHA-256 are 0. */
export function leadingZeroBits(text: string): number {
  let bits = 0;
  for (const byte of createHash('sha256').update(text).digest()) {
    bits += Math.clz32(byte) - 24;
    if (byte !== 0) break;
  }
  return bits;
}

/** What is hashed: a solution is good at one company only. */
export const captchaText = (tenantId: string, solution: string): string => `${tenantId}|${solution}`;

function refusalAt(tenant: TenantIdentity): Refusal {
  return new Refusal('CAPTCHA_REQUIRED', `This takes a captcha, in the header ${CAPTCHA_HEADER}`, {
    extensions: {
      captcha: { algorithm: 'sha256-leading-zero-bits', bits: CAPTCHA_BITS, subject: tenant.id, header: CAPTCHA_HEADER },
    },
  });
}

/**
 * Asks for work: `v1.<epoch seconds>.<salt>.<number>` so that the SHA-256 of `<subject>|<that>` begins with 16 bits
 * of 0, worked out within five minutes and good once.
 */
export interface Captcha {
  /** @throws {Refusal} CAPTCHA_REQUIRED, which says what is to be worked out */
  require(tenant: TenantIdentity, solution: string | null | undefined): Promise<void>;
}

/** @param now epoch milliseconds */
export function createCaptcha(counter: RateCounter, now: () => number): Captcha {
  return {
    async require(tenant, solution) {
      const [, seconds] = FORM.exec(solution ?? '') ?? [];
      const isFresh = seconds !== undefined && Math.abs(now() / 1_000 - Number(seconds)) <= GOOD_FOR_SECONDS;
      const text = captchaText(tenant.id, solution ?? '');
      if (!isFresh || leadingZeroBits(text) < CAPTCHA_BITS) throw refusalAt(tenant);
      const key = `captcha:${createHash('sha256').update(text).digest('base64url')}`;
      const { counted } = await counter.add(key, 1, 2 * GOOD_FOR_SECONDS);
      if (counted > 1) throw refusalAt(tenant);
    },
  };
}
