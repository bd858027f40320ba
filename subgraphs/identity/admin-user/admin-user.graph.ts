import {
  ConflictError,
  ForbiddenError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { ADMIN_ROLES, type AdminRole } from '../../_kernel/wire/principal.js';
import { builder } from '../builder.js';
import { AdminUserId } from '../ids.js';
import { accessTokenFields } from '../session/access-token.fields.js';
import type { AdminSignedIn } from './admin-user.service.js';
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
}));

const RegisterAdminUserInput = builder.inputType('RegisterAdminUserInput', {
  description: 'A new member of platform staff.',
  fields: (t) => ({
    email: t.string({ description: 'E-mail address.' }),
    displayName: t.string({ description: 'Name, 1 to 100 characters.' }),
    password: t.string({ description: "First password, by the same rules as everybody's." }),
    role: t.field({ type: AdminRoleEnum, description: 'What she may do.' }),
  }),
});

builder.mutationFields((t) => ({
  registerAdminUser: t.field({
    type: AdminUserRef,
    nullable: true,
    requiresScopes: [['platform:admins:manage']],
    errors: { types: [ValidationError, ConflictError, ForbiddenError] },
    description: 'Adds a member of platform staff.',
    args: { input: t.arg({ type: RegisterAdminUserInput, description: 'The person and her role.' }) },
    resolve: (_root, { input }, { request, services }) => services.adminUsers.register(request, input),
  }),
  adminLogin: t.field({
    type: AdminAuthPayloadRef,
    nullable: true,
    tag: 'public',
    errors: { types: [UnauthenticatedError] },
    description:
      "Signs in platform staff. Their tokens are of another realm than members' and are signed with other keys.",
    args: { input: t.arg({ type: AdminLoginInput, description: 'Address and password.' }) },
    resolve: (_root, { input }, { request, services }) => services.adminUsers.login(request, input),
  }),
}));
