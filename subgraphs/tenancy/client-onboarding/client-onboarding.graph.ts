import { builder } from '../builder.js';
import type { RunStatus } from '../workflow/instance/entry.js';
import { RunRef } from '../workflow/instance/run.graph.js';
import type { RunRow } from '../workflow/instance/run.store.js';

const ClientOnboardingStateEnum = builder.enumType('ClientOnboardingState', {
  description: 'Where somebody stands who has registered as a client.',
  values: {
    IN_PROGRESS: { value: 'RUNNING', description: 'Something is still asked of her, such as to confirm her address.' },
    COMPLETE: { value: 'ENDED', description: 'Nothing more is asked of her.' },
    CANCELLED: { value: 'CANCELLED', description: 'The company has called it off.' },
  } satisfies Record<string, { value: RunStatus; description: string }>,
});

const ClientOnboardingRef = builder.objectRef<RunRow>('ClientOnboarding').implement({
  description: 'How you become a client of the company.',
  authenticated: true,
  fields: (t) => ({
    onboardingState: t.field({ type: ClientOnboardingStateEnum, description: 'Where you stand.', resolve: ({ status }) => status }),
    run: t.field({ type: RunRef, description: 'The workflow behind it.', resolve: (run) => run }),
  }),
});

builder.queryFields((t) => ({
  myClientOnboarding: t.field({
    type: ClientOnboardingRef,
    nullable: true,
    authenticated: true,
    description: 'Where you stand who have registered as a client; null for everybody else.',
    resolve: (_root, _args, { request, services }) => services.clientOnboarding.mine(request),
  }),
}));
