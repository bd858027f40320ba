import { z } from 'zod';
import { lineSchema, phoneSchema } from '../../_kernel/validation/text.js';

/** Minutes that a code is good for. */
export const CODE_MINUTES = 10;

/** Seconds between two codes for one person. */
export const PAUSE_SECONDS = 60;

const HOUR_MS = 3_600_000;
export const hourBefore = (now: Date): Date => new Date(now.getTime() - HOUR_MS);

/**
 * Codes in an hour. A message costs money, and numbers are made up to earn it: a person, a number and a company have
 * a limit each.
 */
export const CODES_AN_HOUR = { ofPerson: 5, toNumber: 5, ofCompany: 200 } as const;

export const askedSchema = z.object({ phone: phoneSchema.optional() });
export const shownSchema = z.object({ code: lineSchema(12) });

/**
 * How long somebody has to wait for another code.
 * @param sent when the codes of the last hour were sent, newest first
 * @returns seconds; 0 when she need not wait
 */
export function waitFor(sent: readonly Date[], now: Date): number {
  const [newest] = sent;
  const oldest = sent[CODES_AN_HOUR.ofPerson - 1];
  const until = Math.max(
    newest ? newest.getTime() + PAUSE_SECONDS * 1_000 : 0,
    oldest ? oldest.getTime() + HOUR_MS : 0,
  );
  return Math.max(0, Math.ceil((until - now.getTime()) / 1_000));
}
