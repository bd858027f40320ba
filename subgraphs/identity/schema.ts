import { buildSubgraph } from '../_kernel/graphql/build-subgraph.js';
import { builder } from './builder.js';
import './user/user.graph.js';
import './signing-key/signing-key.graph.js';
import './service-account/service-account.graph.js';
import './api-key/api-key.graph.js';
import './identity-provider/identity-provider.graph.js';
import './scim/token/scim-token.graph.js';
import './scim/group/scim-group.graph.js';
import './role/role.graph.js';
import './policy/policy.graph.js';
import './policy/access-log.graph.js';
import './profile/profile.graph.js';
import './consent/consent.graph.js';
import './membership/membership.graph.js';
import './standing/standing.graph.js';
import './session/session.graph.js';
import './second-factor/second-factor.graph.js';
import './trusted-device/trusted-device.graph.js';
import './passkey/passkey.graph.js';
import './impersonation/impersonation.graph.js';
import './invitation/invitation.graph.js';
import './mailed-proof/mailed-proof.graph.js';
import './admin-user/admin-user.graph.js';
import './client-application/client-application.graph.js';
import './oidc/oidc.graph.js';

/** Identity's part of the graph. */
export const schema = buildSubgraph(builder);
