import { ForbiddenError, StepUpRequiredError } from '../../_kernel/errors/domain-error.js';
import type { TOKEN_REALMS } from '../../_kernel/wire/access-token.js';
import { builder } from '../builder.js';

const TokenRealmEnum = builder.enumType('TokenRealm', {
  description: 'Whose tokens a key signs.',
  values: {
    TENANT: { value: 'tenant', description: 'Members of companies.' },
    PLATFORM: { value: 'platform', description: 'Platform staff.' },
  } satisfies Record<string, { value: (typeof TOKEN_REALMS)[number]; description: string }>,
});

const SigningKeyRotatedRef = builder.objectRef<{ readonly kid: string }>('SigningKeyRotated').implement({
  description: 'A successor is published; it signs ten minutes from now, when every verifier knows it.',
  fields: (t) => ({ kid: t.exposeString('kid', { description: 'Key id of the successor (RFC 7517).' }) }),
});

builder.mutationFields((t) => ({
  rotateSigningKey: t.field({
    type: SigningKeyRotatedRef,
    nullable: true,
    requiresScopes: [['platform:admins:manage']],
    errors: { types: [ForbiddenError, StepUpRequiredError] },
    description: 'Puts another key in place of the one that signs tokens, as after a suspicion. It happens by itself every 30 days.',
    args: { realm: t.arg({ type: TokenRealmEnum, description: 'Whose tokens.' }) },
    resolve: async (_root, { realm }, { request, services }) => ({ kid: await services.signingKeys.rotate(request, realm) }),
  }),
}));
