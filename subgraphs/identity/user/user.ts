import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { hasPermission } from '../../_kernel/request/principal-checks.js';

export const USER_STATUSES = ['ACTIVE', 'INACTIVE', 'BANNED', 'HOLD', 'PENDING', 'SUSPENDED'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** Whether a person of this status may sign in. A pending one may: she has yet to confirm her address. */
export const maySignIn = (status: UserStatus): boolean => status === 'ACTIVE' || status === 'PENDING';

export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'must be at most 254 characters long')
  .pipe(z.email('must be an e-mail address'));

export const displayNameSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100, 'must be at most 100 characters long')
  .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters');

/** Tells addresses apart where the address itself must not be written down. */
export const hashOfEmail = (email: string): string =>
  createHash('sha256').update(email.trim().toLowerCase()).digest('hex');

/** A person's address is seen by herself and by those who look after the tenant's clients or members. */
export const maySeeContactDetails = (context: RequestContext, userId: string): boolean =>
  (context.principal.kind === 'member' && context.principal.userId === userId) ||
  hasPermission(context, 'patients:read') ||
  hasPermission(context, 'users:manage');
