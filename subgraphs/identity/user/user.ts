import { hasPermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { lineSchema } from '../../_kernel/validation/text.js';

export type UserStatus = 'ACTIVE' | 'INACTIVE' | 'BANNED' | 'HOLD' | 'PENDING' | 'SUSPENDED';

/** Whether a person of this status may sign in. A pending one may: she has yet to confirm her address. */
export const maySignIn = (status: UserStatus): boolean => status === 'ACTIVE' || status === 'PENDING';

/** What a person goes by. */
export const displayNameSchema = lineSchema(100);

/** A person's address is seen by herself and by those who look after the tenant's clients or members. */
export const maySeeContactDetails = (context: RequestContext, userId: string): boolean =>
  (context.principal.kind === 'member' && context.principal.userId === userId) ||
  hasPermission(context, 'patients:read', 'users:manage');

/** Her place in the tenant and where she lives: seen by the same, and by staff of the platform, who looks into what goes wrong. */
export const maySeePlace = (context: RequestContext, userId: string): boolean =>
  context.principal.kind === 'platform' || maySeeContactDetails(context, userId);
