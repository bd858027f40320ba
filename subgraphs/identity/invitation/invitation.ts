import { randomBytes } from 'node:crypto';

/** Days that an invitation is good for. */
export const INVITATION_DAYS = 7;

const PREFIX = 'spi_';

export const newInvitationToken = (): string => PREFIX + randomBytes(32).toString('base64url');

export const INVITATION_STATUSES = ['PENDING', 'ACCEPTED', 'REVOKED', 'EXPIRED'] as const;
export type InvitationStatus = (typeof INVITATION_STATUSES)[number];

export interface InvitationDates {
  readonly expiresAt: Date;
  readonly acceptedAt: Date | null;
  readonly revokedAt: Date | null;
}

export function statusOf({ expiresAt, acceptedAt, revokedAt }: InvitationDates, now: Date): InvitationStatus {
  if (acceptedAt) return 'ACCEPTED';
  if (revokedAt) return 'REVOKED';
  return expiresAt > now ? 'PENDING' : 'EXPIRED';
}
