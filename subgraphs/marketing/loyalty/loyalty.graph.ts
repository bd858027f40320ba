import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { BookingId, ClientId } from '../../booking/ids.js';
import { builder } from '../builder.js';
import { LoyaltyAccountId, LoyaltyEntryId } from '../ids.js';
import { BookingRef } from '../review/review.graph.js';
import { tierOf, type LoyaltyEntryReason, type LoyaltyTier } from './loyalty.js';
import type { LoyaltyAccountRow, LoyaltyEntryRow } from './loyalty.store.js';

const LoyaltyTierEnum = builder.enumType('LoyaltyTier', {
  description: 'How much somebody has earned here so far.',
  values: {
    BRONZE: { description: 'Everybody, from the first day.' },
    SILVER: { description: 'From 500 lifetime points.' },
    GOLD: { description: 'From 2,000 lifetime points.' },
    PLATINUM: { description: 'From 5,000 lifetime points.' },
  } satisfies Record<LoyaltyTier, object>,
});

const LoyaltyEntryReasonEnum = builder.enumType('LoyaltyEntryReason', {
  description: 'Why points were given or taken.',
  values: {
    EARNED_FOR_BOOKING: { description: 'A booking took place: one point for each whole major unit of its price.' },
    ADJUSTED: { description: 'The company put them right; counts towards the tier.' },
    REDEEMED: { description: 'Spent. Takes no tier away.' },
    EXPIRED: { description: 'Not spent in time. Takes no tier away.' },
  } satisfies Record<LoyaltyEntryReason, object>,
});

const ClientRef = builder.externalRef('Client', builder.selection<{ id: string }>('id'));

const LoyaltyEntryRef = builder.objectRef<LoyaltyEntryRow>('LoyaltyEntry').implement({
  description: 'One change of points. Entries are never changed.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (entry) => LoyaltyEntryId.encode(entry.id) }),
    reason: t.expose('reason', { type: LoyaltyEntryReasonEnum, description: 'Why.' }),
    points: t.exposeInt('points', { description: 'Positive for what was given, negative for what was taken.' }),
    note: t.exposeString('note', { nullable: true, description: 'What the company says about an adjustment.' }),
    booking: t.field({
      type: BookingRef,
      nullable: true,
      description: 'The booking they were earned for.',
      resolve: ({ bookingId }) => (bookingId === null ? null : { id: BookingId.encode(bookingId) }),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When.' }),
  }),
});

const LoyaltyAccountRef = builder.objectRef<LoyaltyAccountRow>('LoyaltyAccount').implement({
  description: "A client's points. Seen by the client and by those who look after clients (`patients:read`).",
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (account) => LoyaltyAccountId.encode(account.id) }),
    client: t.field({
      type: ClientRef,
      nullable: true,
      description: 'Whose points they are.',
      resolve: ({ clientId }) => ({ id: ClientId.encode(clientId) }),
    }),
    points: t.exposeInt('points', { description: 'What can be spent now: the sum of all entries.' }),
    lifetimePoints: t.exposeInt('lifetimePoints', {
      description: 'What was earned so far, put right by adjustments, whether or not it was spent.',
    }),
    tier: t.field({
      type: LoyaltyTierEnum,
      description: 'What the lifetime points amount to.',
      resolve: ({ lifetimePoints }) => tierOf(lifetimePoints),
    }),
    entries: t.connection(
      {
        type: LoyaltyEntryRef,
        description: 'Every change of points, newest first.',
        resolve: ({ id }, args, { request, services }) => services.loyalty.entriesOf(request, id, args),
      },
      { name: 'LoyaltyEntryConnection', description: 'A page of changes.' },
      { name: 'LoyaltyEntryEdge', description: 'A change in a page.' },
    ),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the account was opened.' }),
  }),
});

ClientRef.implement({
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (client) => client.id }),
    loyaltyAccount: t.field({
      type: LoyaltyAccountRef,
      nullable: true,
      authenticated: true,
      description: 'Her points. Null unless it is you or you look after clients (`patients:read`).',
      resolve: ({ id }, _args, { request, services }) => {
        const uuid = ClientId.decode(id);
        return uuid === null ? null : services.loyalty.ofClient(request, uuid);
      },
    }),
  }),
});

const AdjustLoyaltyPointsInput = builder.inputType('AdjustLoyaltyPointsInput', {
  description: 'What is put right, and why.',
  fields: (t) => ({
    clientId: t.id({ description: 'Global id of the client.' }),
    points: t.int({ description: 'Positive to give, negative to take; not 0.' }),
    reason: t.string({ description: 'Why, 1 to 200 characters, for the client to read.' }),
    idempotencyKey: t.string({
      description: 'A key of your own, 1 to 255 printable ASCII characters: a repeat with it changes nothing more.',
    }),
  }),
});

builder.queryFields((t) => ({
  myLoyaltyAccount: t.field({
    type: LoyaltyAccountRef,
    nullable: true,
    authenticated: true,
    description: 'Your own points; null while the company does not know you as a client.',
    resolve: (_root, _args, { request, services }) => services.loyalty.own(request),
  }),
}));

builder.mutationFields((t) => ({
  adjustLoyaltyPoints: t.field({
    type: LoyaltyAccountRef,
    nullable: true,
    requiresScopes: [['patients:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError, ConflictError] },
    description: "Puts a client's points right. More than the account holds cannot be taken.",
    args: { input: t.arg({ type: AdjustLoyaltyPointsInput, description: 'What is put right, and why.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.adjustments.adjust(request, { ...input, clientId: ClientId.require(input.clientId) }),
  }),
}));
