import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  RateLimitedError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { ADMIN_ROLES, type AdminRole } from '../../_kernel/wire/principal.js';
import { builder } from '../builder.js';
import { AdminUserId } from '../ids.js';
import { accessTokenFields } from '../session/access-token.fields.js';
import type { AdminSignedIn } from './admin-session.service.js';
import type { AdminUserRow } from './admin-user.store.js';

const AdminRoleEnum = builder.enumType('AdminRole', {
  description: 'Role of platform staff.',
  values: ADMIN_ROLES,
});

const AdminUserRef = builder.objectRef<AdminUserRow>('AdminUser').implement({
  description: 'A member of platform staff. Not a member of any tenant.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (admin) => AdminUserId.encode(admin.id) }),
    email: t.exposeString('email', { description: 'E-mail address.' }),
    displayName: t.exposeString('displayName', { description: 'Name.' }),
    role: t.field({
      type: AdminRoleEnum,
      description: 'What she may do.',
      // A constraint of the table holds the column to the roles there are.
      resolve: (admin) => admin.role as AdminRole,
    }),
    department: t.exposeString('department', { nullable: true, description: 'Where in the house she works.' }),
    lastLoginAt: t.expose('lastLoginAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When she last signed in.',
    }),
  }),
});

const AdminAuthPayloadRef = builder.objectRef<AdminSignedIn>('AdminAuthPayload').implement({
  description: 'Proof that a member of platform staff has signed in.',
  fields: (t) => ({
    ...accessTokenFields(t),
    refreshToken: t.string({
      description: 'Good for one `refreshAdminSession`; lives 7 days.',
      resolve: (signedIn) => signedIn.refresh.token,
    }),
    refreshTokenExpiresAt: t.field({
      type: 'DateTime',
      description: 'When the refresh token ends.',
      resolve: (signedIn) => signedIn.refresh.expiresAt,
    }),
    user: t.field({
      type: AdminUserRef,
      description: 'Who signed in.',
      resolve: (signedIn) => signedIn.admin,
    }),
  }),
});

const AdminLoginInput = builder.inputType('AdminLoginInput', {
  description: 'What platform staff sign in with.',
  fields: (t) => ({
    email: t.string({ description: 'E-mail address.' }),
    password: t.string({ description: 'Password.' }),
    code: t.string({
      required: false,
      description: 'Six digits of an authenticator app, or a recovery code; for who has a second factor.',
    }),
  }),
});

builder.queryFields((t) => ({
  currentAdmin: t.field({
    type: AdminUserRef,
    nullable: true,
    authenticated: true,
    description: 'The member of platform staff signed in; null for members of tenants.',
    resolve: (_root, _args, { request, services }) => services.adminUsers.current(request),
  }),
  adminUsers: t.connection(
    {
      type: AdminUserRef,
      nullable: true,
      requiresScopes: [['platform:admins:manage'], ['platform:audit:read']],
      description: 'Platform staff, by name.',
      args: { search: t.arg.string({ required: false, description: 'Part of a name or an address.' }) },
      resolve: (_root, { search, ...page }, { request, services }) =>
        services.adminUsers.list(request, page, search ?? null),
    },
    { name: 'AdminUserConnection', description: 'A page of platform staff.' },
    { name: 'AdminUserEdge', description: 'A member of platform staff in a page.' },
  ),
}));

const RegisterAdminUserInput = builder.inputType('RegisterAdminUserInput', {
  description: 'A new member of platform staff.',
  fields: (t) => ({
    email: t.string({ description: 'E-mail address.' }),
    displayName: t.string({ description: 'Name, 1 to 100 characters.' }),
    password: t.string({
      required: false,
      description: "First password, by the same rules as everybody's; left out, she chooses it by the link of her welcome.",
    }),
    role: t.field({ type: AdminRoleEnum, description: 'What she may do.' }),
    department: t.string({ required: false, description: 'Where in the house she works, at most 80 characters.' }),
  }),
});

const UpdateAdminUserInput = builder.inputType('UpdateAdminUserInput', {
  description: 'What changes about a member of platform staff. What is left out stays.',
  fields: (t) => ({
    displayName: t.string({ required: false, description: 'Name, 1 to 100 characters.' }),
    role: t.field({ type: AdminRoleEnum, required: false, description: 'What she may do from her next refresh on.' }),
    department: t.string({ required: false, description: 'Where in the house she works, at most 80 characters.' }),
  }),
});

const ChooseAdminPasswordInput = builder.inputType('ChooseAdminPasswordInput', {
  description: 'A password, on the word of a mail.',
  fields: (t) => ({
    token: t.string({ description: 'What stands behind `welcome=` in the link.' }),
    newPassword: t.string({ description: "By the same rules as everybody's." }),
  }),
});

const AdminPasswordChosenRef = builder.objectRef<{ readonly at: Date }>('AdminPasswordChosen').implement({
  description: 'A member of platform staff has a password, and no session.',
  fields: (t) => ({ at: t.expose('at', { type: 'DateTime', description: 'Since when.' }) }),
});

const AdminLoggedOutRef = builder.objectRef<{ readonly at: Date }>('AdminLoggedOut').implement({
  description: 'The session of a member of platform staff has ended.',
  fields: (t) => ({ at: t.expose('at', { type: 'DateTime', description: 'When it ended.' }) }),
});

builder.mutationFields((t) => ({
  registerAdminUser: t.field({
    type: AdminUserRef,
    nullable: true,
    requiresScopes: [['platform:admins:manage']],
    errors: { types: [ValidationError, ConflictError, ForbiddenError] },
    description: 'Adds a member of platform staff. She is sent a link by which she chooses her password, good for a day.',
    args: { input: t.arg({ type: RegisterAdminUserInput, description: 'The person and her role.' }) },
    resolve: (_root, { input }, { request, services }) => services.adminUsers.register(request, input),
  }),
  sendAdminWelcome: t.field({
    type: AdminUserRef,
    nullable: true,
    requiresScopes: [['platform:admins:manage']],
    errors: { types: [NotFoundError, ForbiddenError, StepUpRequiredError] },
    description: 'Sends a member of platform staff another link by which she chooses her password. An earlier one ends.',
    args: { id: t.arg.id({ description: 'Global id of the administrator.' }) },
    resolve: (_root, { id }, { request, services }) => services.adminWelcomes.send(request, AdminUserId.require(id)),
  }),
  chooseAdminPassword: t.field({
    type: AdminPasswordChosenRef,
    nullable: true,
    tag: ['public', 'credentials'],
    cost: 20,
    errors: { types: [UnauthenticatedError, ValidationError] },
    description: 'Chooses the password of a member of platform staff by the link of her welcome. Every session she has ends.',
    args: { input: t.arg({ type: ChooseAdminPasswordInput, description: 'Link and password.' }) },
    resolve: async (_root, { input }, { request, services }) => {
      await services.adminWelcomes.choosePassword(request, input);
      return { at: request.clock.now() };
    },
  }),
  adminLogin: t.field({
    type: AdminAuthPayloadRef,
    nullable: true,
    tag: ['public', 'credentials'],
    cost: 20,
    errors: { types: [UnauthenticatedError, ValidationError, RateLimitedError] },
    description:
      "Signs in platform staff. Their tokens are of another realm than members' and are signed with other keys.",
    args: { input: t.arg({ type: AdminLoginInput, description: 'Address and password.' }) },
    resolve: (_root, { input }, { request, services }) => services.adminSessions.login(request, input),
  }),
  refreshAdminSession: t.field({
    type: AdminAuthPayloadRef,
    nullable: true,
    tag: ['public', 'while-read-only', 'through-maintenance'],
    errors: { types: [UnauthenticatedError] },
    description:
      'Changes a refresh token of platform staff for a new pair. One that was used before ends the session.',
    args: { refreshToken: t.arg.string({ description: 'The unused refresh token.' }) },
    resolve: (_root, { refreshToken }, { request, services }) => services.adminSessions.refresh(request, refreshToken),
  }),
  adminLogout: t.field({
    type: AdminLoggedOutRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError] },
    description: 'Ends the session of a member of platform staff.',
    resolve: async (_root, _args, { request, services }) => {
      await services.adminSessions.logout(request);
      return { at: request.clock.now() };
    },
  }),
  updateAdminUser: t.field({
    type: AdminUserRef,
    nullable: true,
    requiresScopes: [['platform:admins:manage']],
    errors: { types: [ValidationError, NotFoundError, ConflictError, ForbiddenError, StepUpRequiredError] },
    description: 'Changes what a member of platform staff is and may do.',
    args: {
      id: t.arg.id({ description: 'Global id of the administrator.' }),
      input: t.arg({ type: UpdateAdminUserInput, description: 'What changes.' }),
    },
    resolve: (_root, { id, input }, { request, services }) =>
      services.adminUsers.update(request, AdminUserId.require(id), input),
  }),
}));
