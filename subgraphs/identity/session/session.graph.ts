import { NotFoundError, RateLimitedError, UnauthenticatedError } from '../../_kernel/errors/domain-error.js';
import { requireMember } from '../../_kernel/request/principal-checks.js';
import { builder } from '../builder.js';
import { SessionId } from '../ids.js';
import { SecondFactorRequiredError } from '../second-factor/second-factor.js';
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

const LoggedOutRef = builder.objectRef<{ readonly at: Date; readonly singleLogoutUrl: string | null }>('LoggedOut').implement({
  description: 'The session has ended.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it ended.' }),
    singleLogoutUrl: t.exposeString('singleLogoutUrl', {
      nullable: true,
      description: 'Where to send the browser so that you are signed out at the provider, too, by which you signed in; null where it wants no word.',
    }),
  }),
});

const SessionsEndedRef = builder.objectRef<{ readonly sessions: readonly SessionRow[] }>('SessionsEnded').implement({
  description: 'Sessions have ended.',
  fields: (t) => ({
    sessions: t.field({ type: [SessionRef], description: 'Those that were open.', resolve: ({ sessions }) => [...sessions] }),
  }),
});

const LoginInput = builder.inputType('LoginInput', {
  description: 'What somebody signs in with.',
  fields: (t) => ({
    email: t.string({ description: 'E-mail address.' }),
    password: t.string({ description: 'Password.' }),
    deviceToken: t.string({
      required: false,
      description: 'What `trustDevice` gave this device; with it no second factor is asked for.',
    }),
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
    tag: ['public', 'credentials', 'captcha'],
    cost: 20,
    errors: { types: [UnauthenticatedError, SecondFactorRequiredError, RateLimitedError] },
    description: 'Signs in to the tenant whose address the request came to.',
    args: { input: t.arg({ type: LoginInput, description: 'Address and password.' }) },
    resolve: (_root, { input }, { request, services }) => services.sessions.login(request, input),
  }),
  refreshSession: t.field({
    type: AuthPayloadRef,
    nullable: true,
    tag: ['public', 'credentials', 'token-refresh'],
    errors: { types: [UnauthenticatedError] },
    description:
      'Changes a refresh token for a new pair. A token that was used before ends the session: it is in two hands.',
    args: { refreshToken: t.arg.string({ description: 'The unused refresh token.' }) },
    resolve: (_root, { refreshToken }, { request, services }) =>
      services.sessions.refresh(request, refreshToken),
  }),
  revokeSession: t.field({
    type: SessionRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, NotFoundError] },
    description: 'Ends a session of yours, as of a device that was lost.',
    args: { id: t.arg.id({ description: 'Global id of the session.' }) },
    resolve: (_root, { id }, { request, services }) => services.sessions.revoke(request, SessionId.require(id)),
  }),
  revokeOtherSessions: t.field({
    type: SessionsEndedRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError] },
    description: 'Ends every session of yours here but this one.',
    resolve: async (_root, _args, { request, services }) => ({ sessions: await services.sessions.revokeOthers(request) }),
  }),
  logout: t.field({
    type: LoggedOutRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError] },
    description: 'Ends the session of the access token; its refresh token is worthless from then on.',
    resolve: async (_root, _args, { request, services }) => {
      const singleLogoutUrl = await services.singleLogouts.urlAfter(request, requireMember(request).sessionId);
      await services.sessions.logout(request);
      return { at: request.clock.now(), singleLogoutUrl };
    },
  }),
}));
