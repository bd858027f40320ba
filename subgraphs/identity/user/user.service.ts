import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { UserLoader } from './user.loader.js';
import type { UserRow } from './user.store.js';

export interface UserService {
  /** A member of the tenant; null for anyone else. */
  find(context: RequestContext, id: string): Promise<UserRow | null>;
}

export const createUserService = (loader: UserLoader): UserService => ({
  find: (context, id) => context.loaders.of(context, loader).load(id),
});
