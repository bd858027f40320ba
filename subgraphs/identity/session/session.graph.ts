import { UnauthenticatedError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { SessionId } from '../ids.js';
import { UserRef } from '../user/user.graph.js';
import { accessTokenFields } from './access-token.fields.js';
import type { SessionRow } from './session.store.js';
import type { SignedIn } from './sign-in.js';

export const AuthPayloadRef = builder.objectRef<SignedIn>('AuthPayload').implement({
  description: 'Proof of having signed in, to be kept from anyone else.',
  fields: (t) => ({
    ...accessTokenFields(t),
    refreshToken: t.string({
      description: 'Good for one `refreshSession`; lives 7 days.',
      resolve: (signedIn) => signedIn.refresh.token,
    }),
    refreshTokenExpiresAt: t.field({
      type: 'DateTime',
      description: 'When the refresh token ends.',
      resolve: (signedIn) => signedIn.refresh.expiresAt,
    }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: 'Who signed in. Ask for it with the access token; without one it is null.',
      resolve: (signedIn, _args, { request, services }) => services.users.find(request, signedIn.userId),
    }),
  }),
});

const SessionRef = builder.objectRef<SessionRow>('Session').implement({
  description: 'One sign-in on one device.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (session) => SessionId.encode(session.id) }),
    ipAddress: t.exposeString('ip', { nullable: true, description: 'Address it was opened from.' }),
    userAgent: t.exposeString('userAgent', { nullable: true, description: 'Browser or program it was opened with.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was opened.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends unless refreshed.' }),
  }),
});

const LoggedOutRef = builder.objectRef<{ readonly at: Date }>('LoggedOut').implement({
  description: 'The session has ended.',
  fields: (t) => ({ at: t.expose('at', { type: 'DateTime', description: 'When it ended.' }) }),
});

const LoginInput = builder.inputType('LoginInput', {
  description: 'What somebody signs in with.',
  fields: (t) => ({
    email: t.string({ description: 'E-mail address.' }),
    password: t.string({ description: 'Password.' }),
  }),
});

builder.queryFields((t) => ({
  mySessions: t.field({
    type: [SessionRef],
    nullable: true,
    authenticated: true,
    description: 'Where you are signed in, newest first.',
    resolve: (_root, _args, { request, services }) => services.sessions.mine(request),
  }),
}));

builder.mutationFields((t) => ({
  login: t.field({
    type: AuthPayloadRef,
    nullable: true,
    tag: 'public',
    errors: { types: [UnauthenticatedError] },
    description: 'Signs in to the tenant whose address the request came to.',
    args: { input: t.arg({ type: LoginInput, description: 'Address and password.' }) },
    resolve: (_root, { input }, { request, services }) => services.sessions.login(request, input),
  }),
  refreshSession: t.field({
    type: AuthPayloadRef,
    nullable: true,
    tag: 'public',
    errors: { types: [UnauthenticatedError] },
    description:
      'Changes a refresh token for a new pair. A token that was used before ends the session: it is in two hands.',
    args: { refreshToken: t.arg.string({ description: 'The unused refresh token.' }) },
    resolve: (_root, { refreshToken }, { request, services }) =>
      services.sessions.refresh(request, refreshToken),
  }),
  logout: t.field({
    type: LoggedOutRef,
    nullable: true,
    authenticated: true,
    errors: { types: [UnauthenticatedError] },
    description: 'Ends the session of the access token; its refresh token is worthless from then on.',
    resolve: async (_root, _args, { request, services }) => {
      await services.sessions.logout(request);
      return { at: request.clock.now() };
    },
  }),
}));
