import type { AdapterPayload, Client, ClientMetadata } from 'oidc-provider';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import { OidcClientId } from '../ids.js';
import { grantTypesOf, isNative } from './client.js';
import type { OidcClientRow } from './client.store.js';

/** What a client says of itself beyond the protocol's own words. */
export const OWN_METADATA = ['spine_first_party', 'spine_permissions', 'spine_service_account'] as const;

/** A client in the words of the protocol (RFC 7591). Its secret is the hash of it. */
export function metadataOf(client: OidcClientRow): AdapterPayload & ClientMetadata {
  const { redirectUris, postLogoutRedirectUris, backChannelLogoutUri, secretHash, serviceAccountId } = client;
  const isService = client.kind === 'SERVICE';
  return {
    client_id: OidcClientId.encode(client.id),
    client_name: client.name,
    application_type: isNative([...redirectUris, ...postLogoutRedirectUris]) ? 'native' : 'web',
    grant_types: [...grantTypesOf(client)],
    response_types: isService ? [] : ['code'],
    redirect_uris: redirectUris,
    post_logout_redirect_uris: postLogoutRedirectUris,
    token_endpoint_auth_method: client.kind === 'PUBLIC' ? 'none' : 'client_secret_basic',
    require_pushed_authorization_requests: client.requiresPushedRequests,
    dpop_bound_access_tokens: client.bindsTokens,
    ...(secretHash === null ? {} : { client_secret: secretHash }),
    ...(backChannelLogoutUri === null
      ? {}
      : { backchannel_logout_uri: backChannelLogoutUri, backchannel_logout_session_required: true }),
    spine_first_party: client.firstParty,
    spine_permissions: client.permissions,
    ...(serviceAccountId === null ? {} : { spine_service_account: serviceAccountId }),
  };
}

/** Row id of a client; every one that the server finds is one of ours. */
export const uuidOf = ({ clientId }: Client): string => OidcClientId.require(clientId);

/** UUID of the service account that a client acts as; null for a client of people. */
export function serviceAccountOf(client: Client): string | null {
  const kept: unknown = client['spine_service_account'];
  return typeof kept === 'string' ? kept : null;
}

export const isFirstParty = (client: Client): boolean => client['spine_first_party'] === true;

/** What a client's tokens can be allowed at most. */
export function permissionsOfClient(client: Client): readonly string[] {
  const kept: unknown = client['spine_permissions'];
  return TENANT_PERMISSIONS.filter((permission) => Array.isArray(kept) && kept.includes(permission));
}
