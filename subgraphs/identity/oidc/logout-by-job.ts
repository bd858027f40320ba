import type { Client, Provider as OidcProvider } from 'oidc-provider';
import { OidcClientId } from '../ids.js';
import type { TellClientOfLogout } from '../jobs.js';
import { uuidOf } from './client-metadata.js';
import type { GrantService } from './grant.service.js';
import { Provider } from './library.js';
import type { RequestContexts } from './request-contexts.js';

/** Tells a client that a session is over. @throws when it does not take it */
export type TellOfLogout = (ended: TellClientOfLogout) => Promise<void>;

/** The method by which the library tells a client; not in its types. */
interface ToldClient {
  backchannelLogout: (this: Client, sub: string, sid: string) => Promise<unknown>;
}

/**
 * The library tells clients once, while somebody waits for the page, and forgets those that are away. Here it only asks
 * for them to be told; what is returned tells one, and is what the job does.
 */
export function tellByJob(provider: OidcProvider, grants: GrantService, contexts: RequestContexts): TellOfLogout {
  const prototype = provider.Client.prototype as unknown as ToldClient;
  const { backchannelLogout: tell } = prototype;
  prototype.backchannelLogout = async function ask(this: Client, _sub: string, sid: string): Promise<void> {
    const { ctx } = Provider;
    if (!ctx) throw new Error('Nobody signs out outside of a request');
    await grants.leave(contexts.of(ctx).context, uuidOf(this), sid);
  };
  return async ({ clientId, userId, sid }) => {
    const client = await provider.Client.find(OidcClientId.encode(clientId));
    // Removed meanwhile, or it wants to know no more.
    if (!client?.['backchannelLogoutUri']) return;
    await tell.call(client, userId, sid);
  };
}
