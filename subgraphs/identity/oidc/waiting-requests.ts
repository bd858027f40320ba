import type { Interaction } from 'oidc-provider';
import { errors } from './library.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { RouteRequest } from '../../_kernel/wire/subgraph-route.js';
import type { AuthorizationRequests } from '../account-pages/authorization-requests.js';
import { assuranceClaims } from '../session/assurance.js';
import { uuidOf } from './client-metadata.js';
import type { GrantService } from './grant.service.js';
import { createExchange } from './in-process-exchange.js';
import type { ProviderDirectory } from './provider-directory.js';
import { formTargetsOf } from './server-pages.js';

/** Reasons to sign in that an earlier sign-in does away with. */
const REUSABLE = ['no_session', 'session_over'];

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The requests that wait with the authorization server of a tenant for somebody to sign in and to agree. */
export function createWaitingRequests(parts: {
  readonly providers: ProviderDirectory;
  readonly grants: GrantService;
}): AuthorizationRequests {
  const { providers, grants } = parts;

  const exchangeWith = async (context: RequestContext, request: RouteRequest) => {
    const { provider, issuer } = await providers.of(context);
    const { message, response } = createExchange(request, issuer, context.origin.ip);
    return { provider, message, response };
  };

  const interactionOf = async (context: RequestContext, request: RouteRequest): Promise<Interaction | null> => {
    const { provider, message, response } = await exchangeWith(context, request);
    try {
      return await provider.interactionDetails(message, response);
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return null;
      throw error;
    }
  };

  const goOn = async (
    context: RequestContext,
    request: RouteRequest,
    result: Parameters<AwaitedProvider['interactionResult']>[2],
  ): Promise<string> => {
    const { provider, message, response } = await exchangeWith(context, request);
    return provider.interactionResult(message, response, result);
  };

  return {
    async find(context, request, waitsFor) {
      const interaction = await interactionOf(context, request);
      if (interaction?.prompt.name !== waitsFor) return null;
      const { params, prompt, uid } = interaction;
      const { provider } = await providers.of(context);
      const client = await provider.Client.find(String(params['client_id']));
      if (!client) return null;
      return {
        uid,
        clientName: client.clientName ?? client.clientId,
        scopes: (text(params['scope']) ?? '').split(' ').filter(Boolean),
        formTargets: formTargetsOf(params['redirect_uri']),
        email: text(params['login_hint']),
        mayReuse: prompt.reasons.every((reason) => REUSABLE.includes(reason)),
      };
    },
    signedIn(context, request, { session, membership }) {
      const { acr, amr, auth_time: ts } = assuranceClaims(session.amr, session.authenticatedAt);
      return goOn(context, request, { login: { accountId: membership.userId, acr, amr: [...amr], ts, remember: true } });
    },
    async consented(context, request, { membership }) {
      const interaction = await interactionOf(context, request);
      const { provider } = await providers.of(context);
      const client = interaction && (await provider.Client.find(String(interaction.params['client_id'])));
      // Somebody else's request, opened before she signed in with this browser.
      if (!client || interaction.session?.accountId !== membership.userId) return '/account';
      const scopes = (text(interaction.params['scope']) ?? '').split(' ').filter(Boolean);
      await grants.consent(context, membership.userId, uuidOf(client), scopes);
      return goOn(context, request, { consent: {} });
    },
    refused: (context, request) =>
      goOn(context, request, { error: 'access_denied', error_description: 'she did not agree' }),
  };
}

type AwaitedProvider = Awaited<ReturnType<ProviderDirectory['of']>>['provider'];
