import type { RequestContext } from '../../_kernel/request/request-context.js';
import { addressOfTenant } from '../../_kernel/wire/tenant-address.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import { IdentityProviderId } from '../ids.js';
import { SIGNING_KEY_PURPOSE, type SamlSettings } from './identity-provider.js';
import type { IdentityProviderRow } from './identity-provider.store.js';
import type { SamlRelation } from './saml-relation.js';

/** Below what address a provider has its places here: it is told them once, so they are the same wherever one comes from. */
export const addressOfProvider = (publicUrl: string, { tenant }: RequestContext, providerId: string): string =>
  `${addressOfTenant(publicUrl, tenant)}/sso/${IdentityProviderId.encode(providerId)}`;

/** How a provider of SAML is spoken to. */
export const samlRelations =
  (publicUrl: string, secretBox: SecretBox) =>
  (context: RequestContext, { id, settings, sealedSecret }: IdentityProviderRow): SamlRelation => {
    const base = addressOfProvider(publicUrl, context, id);
    const saml = settings as unknown as SamlSettings;
    const { signingCertificate: certificate = null } = saml;
    const isSigning = certificate !== null && sealedSecret !== null;
    return {
      settings: saml,
      entityId: `${base}/metadata`,
      consumerUrl: `${base}/acs`,
      logoutUrl: `${base}/slo`,
      signer: isSigning ? { certificate, privateKey: secretBox.open(sealedSecret, SIGNING_KEY_PURPOSE) } : null,
    };
  };
