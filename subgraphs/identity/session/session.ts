import { randomBytes } from 'node:crypto';

/** Seconds an access token lives. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;
/** Seconds a refresh token lives; every refresh starts it anew. */
export const REFRESH_TOKEN_SECONDS = 7 * 24 * 60 * 60;

const PREFIX = 'spr_';

/** A refresh token: 256 random bits behind a prefix that secret scanners can recognise. */
export const newRefreshToken = (): string => PREFIX + randomBytes(32).toString('base64url');

