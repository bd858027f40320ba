import { randomBytes } from 'node:crypto';
import { CAPTCHA_BITS, captchaText, leadingZeroBits } from '../flags/captcha.js';

/** A captcha's solution, as a client works it out. */
export function solvedCaptcha(tenantId: string, now = Date.now()): string {
  const start = `v1.${Math.floor(now / 1_000)}.${randomBytes(8).toString('base64url')}`;
  for (let number = 0; ; number += 1) {
    const solution = `${start}.${number}`;
    if (leadingZeroBits(captchaText(tenantId, solution)) >= CAPTCHA_BITS) return solution;
  }
}
