import { AdminUserId, ServiceAccountId, UserId } from '../identity/ids.js';
import { builder } from './builder.js';

export const ActorKindEnum = builder.enumType('ActorKind', {
  description: 'Who acts.',
  values: {
    ANONYMOUS: { value: 'anonymous', description: 'Nobody signed in.' },
    MEMBER: { value: 'member', description: 'A member of the company.' },
    PLATFORM: { value: 'platform', description: 'A member of platform staff.' },
    SERVICE: { value: 'service', description: 'A program of the company, with an API key.' },
    SYSTEM: { value: 'system', description: 'The platform itself.' },
  } as const,
});

/** Global id of who acts: of a user, a service account or an administrator; null for nobody and for the platform itself. */
export function actorIdIn(kind: string, id: string | null): string | null {
  if (id === null) return null;
  if (kind === 'member') return UserId.encode(id);
  if (kind === 'service') return ServiceAccountId.encode(id);
  return kind === 'platform' ? AdminUserId.encode(id) : null;
}
