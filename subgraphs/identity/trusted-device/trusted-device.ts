import { randomBytes } from 'node:crypto';

/** Days that trust lasts without the device being used. */
export const TRUST_DAYS = 90;

const PREFIX = 'spd_';

/** What the device keeps: 256 random bits. */
export const newDeviceToken = (): string => PREFIX + randomBytes(32).toString('base64url');

export const trustedUntil = (from: Date): Date => new Date(from.getTime() + TRUST_DAYS * 24 * 60 * 60 * 1_000);
