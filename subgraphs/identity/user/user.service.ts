import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { UserLoader } from './user.loader.js';
import type { UserRow } from './user.store.js';

export interface UserService {
  /** A member of the tenant; null for anyone else. */
  find(context: RequestContext, id: string): Promise<UserRow | null>;
  /** One's own address; empty for whoever is no member. */
  emailOf(context: RequestContext): Promise<string>;
}

export const createUserService = (loader: UserLoader): UserService => ({
  find: (context, id) => context.loaders.of(context, loader).load(id),
  async emailOf(context) {
    const { principal } = context;
    const user = principal.kind === 'member' ? await context.loaders.of(context, loader).load(principal.userId) : null;
    return user?.email ?? '';
  },
});
