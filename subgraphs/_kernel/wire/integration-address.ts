/** Where a company lets us call a service outside. It travels sealed: such an address is itself a secret. */
export interface IntegrationAddress {
  readonly url: string;
  /** What calls are signed with, by Standard Webhooks; absent where none are. */
  readonly signingSecret?: string | undefined;
}

/** Sealed for one company, so that it opens nothing when it is put into another's event. */
export const integrationAddressPurpose = (tenantId: string): string => `integration address:${tenantId}`;
