import {
  ConflictError,
  ForbiddenError,
  QuotaExceededError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { UserId } from '../ids.js';
import { MembershipRef } from '../membership/membership.graph.js';
import { maySeeContactDetails, maySeePlace, type UserStatus } from './user.js';
import type { UserRow } from './user.store.js';
import type { RegistrationReceipt } from './registration.service.js';

export const UserStatusEnum = builder.enumType('UserStatus', {
  description: 'Where a person stands. Only `ACTIVE` and `PENDING` may sign in.',
  values: {
    ACTIVE: { description: 'Nothing is in her way.' },
    INACTIVE: { description: 'She has closed her account herself.' },
    BANNED: { description: 'Kept out by an administrator for what she did.' },
    HOLD: { description: 'Kept out until it is verified who she is; ends with the verification.' },
    PENDING: { description: 'She has yet to confirm her address.' },
    SUSPENDED: { description: 'Kept out by an administrator for a while.' },
  } satisfies Record<UserStatus, { description: string }>,
});

export const UserRef = builder.objectRef<UserRow>('User').implement({
  description: 'A person who is a member of this tenant.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (user) => UserId.encode(user.id) }),
    displayName: t.exposeString('displayName', { description: 'Name the person goes by.' }),
    email: t.string({
      nullable: true,
      description:
        'E-mail address. Null unless it is your own or you look after clients (`patients:read`) or members (`users:manage`).',
      resolve: (user, _args, { request }) => (maySeeContactDetails(request, user.id) ? user.email : null),
    }),
    status: t.expose('status', { type: UserStatusEnum, description: 'Standing on the whole platform.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When she first signed up.' }),
    membership: t.field({
      type: MembershipRef,
      nullable: true,
      description: 'Her place in this tenant. Null unless it is your own or you look after clients or members.',
      resolve: (user, _args, { request, services }) =>
        maySeePlace(request, user.id) ? services.memberships.ofUser(request, user.id) : null,
    }),
  }),
});

builder.asEntity(UserRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { request, services }) => {
    const uuid = UserId.decode(id);
    return uuid === null ? null : services.users.find(request, uuid);
  },
});

const RegistrationReceiptRef = builder.objectRef<RegistrationReceipt>('RegistrationReceipt').implement({
  description: 'Says that a sign-up was taken; the same whether or not the address was known.',
  fields: (t) => ({
    email: t.exposeString('email', { description: 'The address, as it was understood.' }),
  }),
});

const RegisterInput = builder.inputType('RegisterInput', {
  description: 'What a new client gives of herself.',
  fields: (t) => ({
    email: t.string({ description: 'E-mail address she will sign in with.' }),
    password: t.string({
      description: 'At least 8 characters with an upper and a lower case letter, a number and a special one.',
    }),
    displayName: t.string({ description: 'Name she goes by, 1 to 100 characters.' }),
  }),
});

builder.queryFields((t) => ({
  me: t.field({
    type: UserRef,
    nullable: true,
    authenticated: true,
    description: 'The person signed in; null for platform staff, who are no members of a tenant.',
    resolve: (_root, _args, { request, services }) =>
      request.principal.kind === 'member' ? services.users.find(request, request.principal.userId) : null,
  }),
}));

const RegisterTenantUserInput = builder.inputType('RegisterTenantUserInput', {
  description: 'A member you add yourself.',
  fields: (t) => ({
    email: t.string({ description: 'E-mail address she will sign in with.' }),
    displayName: t.string({ description: 'Name she goes by, 1 to 100 characters.' }),
    password: t.string({
      description: 'Her first password; of somebody the platform knows already, the one she has.',
    }),
    roles: t.stringList({ description: 'One or more of the roles that `roles` lists.' }),
  }),
});

builder.mutationFields((t) => ({
  registerTenantUser: t.field({
    type: MembershipRef,
    nullable: true,
    requiresScopes: [['users:manage']],
    errors: { types: [ValidationError, ConflictError, ForbiddenError, QuotaExceededError] },
    description: 'Makes somebody a member of your company.',
    args: { input: t.arg({ type: RegisterTenantUserInput, description: 'The person and her roles.' }) },
    resolve: (_root, { input }, { request, services }) => services.enrolment.enrol(request, input),
  }),
  register: t.field({
    type: RegistrationReceiptRef,
    nullable: true,
    tag: ['public', 'credentials', 'captcha', 'registration'],
    cost: 20,
    errors: { types: [ValidationError, ForbiddenError] },
    description: "Signs up as a client of the tenant whose address the request came to. Sign in with `login`.",
    args: { input: t.arg({ type: RegisterInput, description: 'Who signs up.' }) },
    resolve: (_root, { input }, { request, services }) => services.registration.register(request, input),
  }),
}));
