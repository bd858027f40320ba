import { UnauthenticatedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { UserRef } from '../user/user.graph.js';
import { maySeeContactDetails, maySeePlace } from '../user/user.js';
import type { UserRow } from '../user/user.store.js';

const ProfileRef = builder.objectRef<UserRow>('Profile').implement({
  description: 'What a person says of herself.',
  authenticated: true,
  fields: (t) => ({
    phone: t.string({
      nullable: true,
      description: 'Telephone, as `+4930123456`. Null unless it is your own or you look after clients or members.',
      resolve: (user, _args, { request }) => (maySeeContactDetails(request, user.id) ? user.phone : null),
    }),
    phoneVerifiedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when the telephone is known to be hers. Null for whoever does not see it, and until it is.',
      resolve: (user, _args, { request }) => (maySeeContactDetails(request, user.id) ? user.phoneVerifiedAt : null),
    }),
    locale: t.string({
      nullable: true,
      description: 'Language she prefers, such as `pt-BR`. Null for whoever does not see her telephone.',
      resolve: (user, _args, { request }) => (maySeePlace(request, user.id) ? user.locale : null),
    }),
    timeZone: t.string({
      nullable: true,
      description: 'IANA zone she lives in. Null for whoever does not see her telephone.',
      resolve: (user, _args, { request }) => (maySeePlace(request, user.id) ? user.timeZone : null),
    }),
    pictureUrl: t.exposeString('pictureUrl', { nullable: true, description: 'Picture of her, by https.' }),
    about: t.exposeString('about', { nullable: true, description: 'A few words, plain text.' }),
  }),
});

builder.objectField(UserRef, 'profile', (t) =>
  t.field({ type: ProfileRef, description: 'What she says of herself.', resolve: (user) => user }),
);

const UpdateProfileInput = builder.inputType('UpdateProfileInput', {
  description: 'What changes about you. What is left out stays; null removes it.',
  fields: (t) => ({
    displayName: t.string({ required: false, description: 'Name you go by, 1 to 100 characters; cannot be removed.' }),
    phone: t.string({ required: false, description: 'International number, such as `+4930123456`; another one than now is not verified.' }),
    locale: t.string({ required: false, description: 'Language tag, such as `en` or `pt-BR`.' }),
    timeZone: t.string({ required: false, description: 'IANA zone, such as `Europe/Berlin`.' }),
    pictureUrl: t.string({ required: false, description: 'https URL of a picture.' }),
    about: t.string({ required: false, description: 'A few words, at most 2,000 characters.' }),
  }),
});

builder.mutationFields((t) => ({
  updateProfile: t.field({
    type: UserRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, ValidationError] },
    description: 'Changes what you say of yourself, in every company you belong to.',
    args: { input: t.arg({ type: UpdateProfileInput, description: 'What changes.' }) },
    resolve: (_root, { input }, { request, services }) => services.profiles.update(request, input),
  }),
}));
