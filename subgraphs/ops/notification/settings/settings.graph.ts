import { ConflictError, NotFoundError, RateLimitedError, UnauthenticatedError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { builder } from '../../builder.js';
import { PushSubscriptionId } from '../../ids.js';
import { NotificationKindEnum } from '../notification.graph.js';
import { clockOf, maskedPhone, type DIGEST_RHYTHMS, type PERSONAL_CHANNELS, type Preference } from './settings.js';
import type { NotificationSettings } from './settings.service.js';
import type { SubscriptionRow } from './settings.store.js';

const PersonalChannelEnum = builder.enumType('PersonalChannel', {
  description: 'By what you can be told things outside of the application.',
  values: {
    EMAIL: { description: 'A mail to the address you have as a member.' },
    SMS: { description: 'A message to the number you have confirmed.' },
    PUSH: { description: 'A message to your browsers.' },
  } satisfies Record<(typeof PERSONAL_CHANNELS)[number], { description: string }>,
});

const DigestRhythmEnum = builder.enumType('DigestRhythm', {
  description: 'Whether you get one mail for many things.',
  values: {
    NONE: { description: 'A mail for each.' },
    HOURLY: { description: 'One at every full hour.' },
    DAILY: { description: 'One at eight in the morning.' },
  } satisfies Record<(typeof DIGEST_RHYTHMS)[number], { description: string }>,
});

const PreferenceRef = builder.objectRef<Preference>('NotificationPreference').implement({
  description: 'Whether you are told things of a kind by a channel.',
  fields: (t) => ({
    kind: t.expose('kind', { type: NotificationKindEnum, description: 'What it is about.' }),
    channel: t.expose('channel', { type: PersonalChannelEnum, description: 'By what.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether you are.' }),
  }),
});

const QuietHoursRef = builder.objectRef<{ readonly from: string; readonly until: string }>('QuietHours').implement({
  description: 'When nothing but incidents is told outside of the application.',
  fields: (t) => ({
    from: t.exposeString('from', { description: 'When they begin, such as `22:00`.' }),
    until: t.exposeString('until', { description: 'When they end, such as `07:00`.' }),
  }),
});

const BrowserRef = builder.objectRef<SubscriptionRow>('PushSubscription').implement({
  description: 'A browser of yours that shows what you are told.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => PushSubscriptionId.encode(id) }),
    service: t.string({ description: 'Who brings it there.', resolve: ({ endpoint }) => new URL(endpoint).host }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When you added it.' }),
  }),
});

const SettingsRef = builder.objectRef<NotificationSettings>('NotificationSettings').implement({
  description: 'How you want to be told things in this company.',
  authenticated: true,
  fields: (t) => ({
    timeZone: t.string({ nullable: true, description: "IANA zone of your quiet hours; the company's when null.", resolve: ({ setting }) => setting.timeZone }),
    quietHours: t.field({
      type: QuietHoursRef,
      nullable: true,
      description: 'When you want to be left alone.',
      resolve: ({ setting: { quietFrom, quietUntil } }) =>
        quietFrom === null || quietUntil === null ? null : { from: clockOf(quietFrom), until: clockOf(quietUntil) },
    }),
    digest: t.field({ type: DigestRhythmEnum, description: 'Whether mails come together.', resolve: ({ setting }) => setting.digest }),
    phone: t.string({ nullable: true, description: 'How the number ends that you gave.', resolve: ({ phone }) => (phone ? maskedPhone(phone.number) : null) }),
    phoneConfirmed: t.boolean({ description: 'Whether you have shown that it is yours.', resolve: ({ phone }) => phone?.confirmedAt != null }),
    preferences: t.field({ type: [PreferenceRef], description: 'Every kind by every channel.', resolve: ({ preferences }) => [...preferences] }),
    browsers: t.field({ type: [BrowserRef], description: 'Your browsers.', resolve: ({ browsers }) => [...browsers] }),
  }),
});

const QuietHoursInput = builder.inputType('QuietHoursInput', {
  description: 'From when until when, by the clock of your time zone; across midnight, too.',
  fields: (t) => ({
    from: t.string({ description: 'When they begin, such as `22:00`.' }),
    until: t.string({ description: 'When they end, such as `07:00`.' }),
  }),
});

const ChangeSettingsInput = builder.inputType('ChangeNotificationSettingsInput', {
  description: 'What is to be another; the rest stays as it is.',
  fields: (t) => ({
    timeZone: t.string({ required: false, description: "IANA zone; null for the company's." }),
    quietHours: t.field({ type: QuietHoursInput, required: false, description: 'When you want to be left alone; null for never.' }),
    digest: t.field({ type: DigestRhythmEnum, required: false, description: 'Whether mails come together.' }),
  }),
});

const PreferenceInput = builder.inputType('NotificationPreferenceInput', {
  description: 'Whether you are told things of a kind by a channel.',
  fields: (t) => ({
    kind: t.field({ type: NotificationKindEnum, description: 'What it is about.' }),
    channel: t.field({ type: PersonalChannelEnum, description: 'By what.' }),
    enabled: t.boolean({ description: 'Whether you are.' }),
  }),
});

const AddBrowserInput = builder.inputType('AddPushSubscriptionInput', {
  description: 'What `PushSubscription.toJSON()` of a browser says.',
  fields: (t) => ({
    endpoint: t.string({ description: 'Address of its push service, with https.' }),
    p256dh: t.string({ description: 'Its public key, in base64url.' }),
    auth: t.string({ description: 'Its secret, in base64url.' }),
  }),
});

builder.queryFields((t) => ({
  notificationSettings: t.field({
    type: SettingsRef,
    nullable: true,
    authenticated: true,
    description: 'How you want to be told things.',
    resolve: (_root, _args, { request, services }) => services.notificationSettings.mine(request),
  }),
  pushPublicKey: t.string({
    nullable: true,
    authenticated: true,
    description: 'Key by which a browser subscribes; null where no push is sent.',
    resolve: (_root, _args, { services }) => services.pushPublicKey,
  }),
}));

builder.mutationFields((t) => ({
  changeNotificationSettings: t.field({
    type: SettingsRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, UnauthenticatedError] },
    description: 'Changes when you are told things outside of the application.',
    args: { input: t.arg({ type: ChangeSettingsInput, description: 'What is to be another.' }) },
    resolve: (_root, { input }, { request, services }) => services.notificationSettings.change(request, input),
  }),
  setNotificationPreferences: t.field({
    type: SettingsRef,
    nullable: true,
    authenticated: true,
    errors: { types: [UnauthenticatedError] },
    description: 'Says by what you are told things of a kind. Mails of your account, such as a new password, always come.',
    args: { preferences: t.arg({ type: [PreferenceInput], description: 'Those that are to be another.' }) },
    resolve: (_root, { preferences }, { request, services }) => services.notificationSettings.prefer(request, preferences),
  }),
  setNotificationPhone: t.field({
    type: SettingsRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, ConflictError, RateLimitedError, UnauthenticatedError] },
    description: 'Sends a code to a number, by which you confirm that it is yours.',
    args: { number: t.arg.string({ description: 'International number such as `+4930123456`.' }) },
    resolve: (_root, input, { request, services }) => services.notificationSettings.usePhone(request, input),
  }),
  confirmNotificationPhone: t.field({
    type: SettingsRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, UnauthenticatedError] },
    description: 'Confirms the number by the code that was sent to it: within ten minutes, in five tries.',
    args: { code: t.arg.string({ description: 'Six digits.' }) },
    resolve: (_root, input, { request, services }) => services.notificationSettings.confirmPhone(request, input),
  }),
  removeNotificationPhone: t.field({
    type: SettingsRef,
    nullable: true,
    authenticated: true,
    errors: { types: [UnauthenticatedError] },
    description: 'Forgets your number.',
    resolve: (_root, _args, { request, services }) => services.notificationSettings.forgetPhone(request),
  }),
  addPushSubscription: t.field({
    type: SettingsRef,
    nullable: true,
    authenticated: true,
    errors: { types: [ValidationError, ConflictError, UnauthenticatedError] },
    description: 'Has a browser of yours show what you are told; up to ten of them.',
    args: { input: t.arg({ type: AddBrowserInput, description: 'The browser.' }) },
    resolve: (_root, { input }, { request, services }) => services.notificationSettings.addBrowser(request, input),
  }),
  removePushSubscription: t.field({
    type: SettingsRef,
    nullable: true,
    authenticated: true,
    errors: { types: [NotFoundError, UnauthenticatedError] },
    description: 'Forgets a browser of yours.',
    args: { id: t.arg.id({ description: 'Global id.' }) },
    resolve: (_root, { id }, { request, services }) => services.notificationSettings.removeBrowser(request, PushSubscriptionId.require(id)),
  }),
}));
