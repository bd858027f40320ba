import { OPS_FLAGS, PROVIDER_OF_EVENT, type Playbook } from '../playbook.js';

export const OAUTH_CALLBACK_ERRORS: Playbook = {
  type: 'OAUTH_CALLBACK_ERRORS',
  classification: 'AUTH_OPS',
  decision: 'Find the provider whose callbacks fail and offer its users another way in.',
  steps: [
    'Split the errors by provider and by error code; one provider is theirs or its configuration, all of them is ours.',
    'Check the provider’s status page, then the client secret’s expiry and the registered redirect addresses.',
    'For state or nonce mismatches, check cookies on the callback address first; a steady stream from few addresses is forgery.',
    'Switch the failing provider off so that its button disappears, and show the other ways to sign in.',
    {
      fromSeverity: 2,
      text: 'Send the affected users a sign-in link by mail, to the address they have verified with us.',
    },
    {
      fromSeverity: 3,
      text: 'Rotate the provider’s client secret, as a leaked one looks exactly like this.',
    },
    'Sign in through the provider with a test account before switching it on again.',
  ],
  risks: [
    'People who know no other way to sign in are locked out while their provider is off.',
    'A client secret that is rotated on one side only breaks every sign-in through that provider.',
  ],
  flags: [
    {
      key: OPS_FLAGS.disabledOauthProvider,
      value: PROVIDER_OF_EVENT,
      reason: 'A way in that fails is worse than one that is not offered.',
      rollback: 'Clear the disabled provider as soon as a test account signs in through it',
    },
    {
      key: OPS_FLAGS.strictRateLimit,
      value: true,
      reason: 'Forged callbacks are tried in numbers; a person comes back from a provider once.',
      rollback: 'Disable strict rate limiting when the errors prove to be the provider’s own',
    },
  ],
  rollback: [
    'Restore the redirect addresses and scopes from before the change that broke them.',
    'Keep the previous client secret valid until the new one has signed somebody in.',
  ],
};
