import type { WireForms } from '../../_kernel/events/event-feed.js';
import type { StoredEvent } from '../../_kernel/events/event.js';
import type { Revocation, RevocationEntry } from '../../_kernel/wire/revocations.js';
import type { IdentityEvents } from '../events.js';

/** Statuses with which somebody signs in; with any other she is out. */
const MAY_SIGN_IN: readonly string[] = ['ACTIVE', 'PENDING'];

const told = (event: StoredEvent, revocation: Revocation): RevocationEntry => ({
  revocation,
  at: event.occurredAt.getTime(),
});

/** Which of what happens here takes away what tokens and keys could do until then. */
export const revocations: WireForms<IdentityEvents, RevocationEntry> = {
  'identity.session_ended': (event) => told(event, { kind: 'session', sessionId: event.payload.sessionId }),
  'identity.password_changed': (event) => {
    const { userId, keptSessionId } = event.payload;
    return told(event, { kind: 'user', userId, keptSessionId });
  },
  'identity.user_status_changed': (event) => {
    const { userId, status } = event.payload;
    return MAY_SIGN_IN.includes(status) ? null : told(event, { kind: 'user', userId, keptSessionId: null });
  },
  'identity.membership_changed': (event) => {
    const { membershipId, status } = event.payload;
    return told(event, { kind: 'membership', membershipId, out: !MAY_SIGN_IN.includes(status) });
  },
  'identity.membership_removed': (event) =>
    told(event, { kind: 'membership', membershipId: event.payload.membershipId, out: true }),
  'identity.admin_changed': (event) => told(event, { kind: 'admin', adminId: event.payload.adminId }),
  'identity.oidc_client_changed': (event) => {
    const { clientId, kind, change } = event.payload;
    // A client that acts for itself shows its own id where a key would be named.
    return kind === 'SERVICE' && change === 'DELETED' ? told(event, { kind: 'api-key', apiKeyId: clientId }) : null;
  },
  'identity.api_key_revoked': (event) => told(event, { kind: 'api-key', apiKeyId: event.payload.apiKeyId }),
};
