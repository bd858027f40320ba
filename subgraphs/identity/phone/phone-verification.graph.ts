import {
  ConflictError,
  ForbiddenError,
  RateLimitedError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { UserRef } from '../user/user.graph.js';
import type { SentCode } from './phone-verification.service.js';

const PhoneCodeSentRef = builder.objectRef<SentCode>('PhoneCodeSent').implement({
  description: 'Says that a code was asked for; the same whether or not the number is known here.',
  fields: (t) => ({
    phone: t.exposeString('phone', { description: 'The number it goes to.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it is good.' }),
    againAt: t.expose('againAt', { type: 'DateTime', description: 'From when on another one can be asked for.' }),
  }),
});

const PhoneVerifiedRef = builder.objectRef<{ readonly userId: string }>('PhoneVerified').implement({
  description: 'The number is known to be yours.',
  fields: (t) => ({
    user: t.field({
      type: UserRef,
      nullable: true,
      description: 'You, with the number in your profile.',
      resolve: ({ userId }, _args, { request, services }) => services.users.find(request, userId),
    }),
  }),
});

builder.mutationFields((t) => ({
  sendPhoneVerification: t.field({
    type: PhoneCodeSentRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, ForbiddenError, ValidationError, ConflictError, RateLimitedError] },
    description:
      'Sends you a code by SMS that shows that a telephone is yours; good for ten minutes. Your e-mail address has to be verified before. A code a minute, five an hour.',
    args: {
      phone: t.arg.string({ required: false, description: 'International number, such as `+4930123456`; the one in your profile when left out.' }),
    },
    resolve: (_root, { phone }, { request, services }) =>
      services.phoneVerification.send(request, phone == null ? {} : { phone }),
  }),
  verifyPhone: t.field({
    type: PhoneVerifiedRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, ForbiddenError, ValidationError] },
    description: 'Takes the number over to which `sendPhoneVerification` has sent a code, as yours and verified.',
    args: { code: t.arg.string({ description: 'Six digits; five wrong ones make it worthless.' }) },
    resolve: async (_root, { code }, { request, services }) => ({
      userId: (await services.phoneVerification.verify(request, { code })).id,
    }),
  }),
}));
