import { NotFoundError, StepUpRequiredError, UnauthenticatedError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { TrustedDeviceId } from '../ids.js';
import type { DeviceTrusted } from './trusted-device.service.js';
import type { TrustedDeviceRow } from './trusted-device.store.js';

const TrustedDeviceRef = builder.objectRef<TrustedDeviceRow>('TrustedDevice').implement({
  description: 'A device you have vouched for: it is not asked for a second factor, and nobody can lock it out.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (device) => TrustedDeviceId.encode(device.id) }),
    userAgent: t.exposeString('userAgent', { nullable: true, description: 'Browser or program.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When you vouched for it.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', description: 'When it was last signed in with.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When trust ends unless it is used: 90 days.' }),
  }),
});

const DeviceTrustedRef = builder.objectRef<DeviceTrusted>('DeviceTrusted').implement({
  description: 'A device is trusted.',
  fields: (t) => ({
    device: t.field({ type: TrustedDeviceRef, description: 'The device.', resolve: ({ device }) => device }),
    deviceToken: t.exposeString('deviceToken', {
      description: 'To be kept on the device and sent with `login`. Shown this once.',
    }),
  }),
});

builder.queryFields((t) => ({
  myTrustedDevices: t.field({
    type: [TrustedDeviceRef],
    nullable: true,
    authenticated: true,
    description: 'The devices you have vouched for, the last used first.',
    resolve: (_root, _args, { request, services }) => services.trustedDevices.mine(request),
  }),
}));

builder.mutationFields((t) => ({
  trustDevice: t.field({
    type: DeviceTrustedRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, StepUpRequiredError] },
    description: 'Vouches for the device you are signed in with.',
    resolve: (_root, _args, { request, services }) => services.trustedDevices.trust(request),
  }),
  revokeDevice: t.field({
    type: TrustedDeviceRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, NotFoundError] },
    description: 'Vouches for a device no longer.',
    args: { id: t.arg.id({ description: 'Global id of the device.' }) },
    resolve: (_root, { id }, { request, services }) =>
      services.trustedDevices.revoke(request, TrustedDeviceId.require(id)),
  }),
}));
