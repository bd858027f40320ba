import {
  ConflictError,
  ForbiddenError,
  InvalidTransitionError,
  NotFoundError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { foreignEntity } from '../../_kernel/graphql/foreign-entity.js';
import type { ERASURE_OUTCOMES, ErasedSection, PERSONAL_DATA_KINDS } from '../../_kernel/personal-data/personal-data.js';
import { ClientId } from '../../booking/ids.js';
import { builder } from '../builder.js';
import { PersonalDataRequestId } from '../ids.js';
import { UserRef } from '../user/user.graph.js';
import { unanswered, type PERSONAL_DATA_STATUSES } from './personal-data-request.js';
import type { DownloadLink } from './personal-data.service.js';
import type { PersonalDataRequestRow } from './personal-data.store.js';

const ClientRef = foreignEntity(builder, 'Client');

const KindEnum = builder.enumType('PersonalDataRequestKind', {
  description: 'What somebody wants done with what is known of her.',
  values: {
    EXPORT: { description: 'To have it.' },
    ERASURE: { description: 'That it is forgotten.' },
  } satisfies Record<(typeof PERSONAL_DATA_KINDS)[number], { description: string }>,
});

const StatusEnum = builder.enumType('PersonalDataRequestStatus', {
  description: 'How far a request has come.',
  values: {
    WAITING: { description: 'An erasure that can be taken back yet.' },
    AT_WORK: { description: 'The parts of the platform are gathering or erasing.' },
    READY: { description: 'Everything was gathered and can be fetched.' },
    DONE: { description: 'Everything was erased that may be.' },
    EXPIRED: { description: 'What was gathered has been removed again.' },
    CANCELLED: { description: 'Taken back.' },
    REFUSED: { description: 'Not carried out; `refusal` says why.' },
    FAILED: { description: 'Some part of the platform has not answered; staff has to look.' },
  } satisfies Record<(typeof PERSONAL_DATA_STATUSES)[number], { description: string }>,
});

const OutcomeEnum = builder.enumType('ErasureOutcome', {
  description: 'What became of a part of what was known.',
  values: {
    ERASED: { description: 'The records are gone.' },
    PSEUDONYMISED: { description: 'The records stay, without what says whose they are.' },
    KEPT: { description: 'The records stay as they are.' },
  } satisfies Record<(typeof ERASURE_OUTCOMES)[number], { description: string }>,
});

const ErasedSectionRef = builder.objectRef<ErasedSection & { readonly subgraph: string }>('ErasedSection').implement({
  description: 'What an erasure did with one kind of records.',
  authenticated: true,
  fields: (t) => ({
    subgraph: t.exposeString('subgraph', { description: 'The part of the platform that held them.' }),
    section: t.exposeString('section', { description: 'What an export calls them.' }),
    records: t.exposeInt('rows', { description: 'How many.' }),
    outcome: t.expose('outcome', { type: OutcomeEnum, description: 'What became of them.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why something is left; null where nothing is.' }),
  }),
});

const PersonalDataRequestRef = builder.objectRef<PersonalDataRequestRow>('PersonalDataRequest').implement({
  description: 'Somebody wants to have what this company knows of her, or that it is forgotten.',
  authenticated: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => PersonalDataRequestId.encode(id) }),
    kind: t.expose('kind', { type: KindEnum, description: 'Which of the two.' }),
    status: t.expose('status', { type: StatusEnum, description: 'How far it has come.' }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: 'Whom it is about; null for a client who does not sign in, and for somebody who is no member any more.',
      resolve: ({ userId }, _args, { request, services }) => (userId === null ? null : services.users.find(request, userId)),
    }),
    client: t.field({
      type: ClientRef,
      nullable: true,
      description: 'The client for whom the company asked; null when a person asked for herself.',
      resolve: ({ clientId }) => (clientId === null ? null : { id: ClientId.encode(clientId) }),
    }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime', description: 'When it was asked for.' }),
    performAt: t.expose('performAt', { type: 'DateTime', description: 'When it begins; until then an erasure can be taken back.' }),
    readyAt: t.expose('readyAt', { type: 'DateTime', nullable: true, description: 'Since when everything can be fetched.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'Until when it can be.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true, description: 'When it was over.' }),
    refusal: t.exposeString('refusal', { nullable: true, description: 'Why it was not carried out.' }),
    awaited: t.stringList({
      description: 'Parts of the platform that have not answered yet, such as `booking`.',
      resolve: async ({ id }, _args, { request, services }) => [
        ...unanswered((await services.personalData.answersOf(request, id)).map(({ subgraph }) => subgraph)),
      ],
    }),
    erased: t.field({
      type: [ErasedSectionRef],
      description: 'What was erased, and what was kept and why; nothing for an export.',
      resolve: async ({ id }, _args, { request, services }) =>
        (await services.personalData.answersOf(request, id)).flatMap(({ subgraph, erased }) =>
          ((erased ?? []) as unknown as readonly ErasedSection[]).map((section) => ({ ...section, subgraph })),
        ),
    }),
  }),
});

builder.asEntity(PersonalDataRequestRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { request, services }) => {
    const uuid = PersonalDataRequestId.decode(id);
    return uuid === null ? null : services.personalData.find(request, uuid);
  },
});

const DownloadRef = builder.objectRef<DownloadLink>('PersonalDataDownload').implement({
  description: 'A link to everything that was gathered, as JSON.',
  authenticated: true,
  fields: (t) => ({
    url: t.exposeString('url', { description: 'Good once. Whoever has it can fetch everything: show it to nobody.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it is good, a quarter of an hour at most.' }),
  }),
});

const KEY_DESCRIPTION = '1 to 255 printable ASCII characters; a repeat with the same key is the same request.';

const RequestExportInput = builder.inputType('RequestPersonalDataExportInput', {
  description: 'That you want to have what is known of you.',
  fields: (t) => ({
    idempotencyKey: t.string({ description: KEY_DESCRIPTION }),
  }),
});

const RequestErasureInput = builder.inputType('RequestErasureInput', {
  description: 'That you want to be forgotten.',
  fields: (t) => ({
    idempotencyKey: t.string({ description: KEY_DESCRIPTION }),
  }),
});

builder.queryFields((t) => ({
  myPersonalDataRequests: t.connection(
    {
      type: PersonalDataRequestRef,
      nullable: true,
      authenticated: true,
      description: 'What you asked for about your own data here, newest first.',
      resolve: (_root, args, { request, services }) => services.personalData.mine(request, args),
    },
    { name: 'MyPersonalDataRequestConnection', description: 'A page of your requests.' },
    { name: 'MyPersonalDataRequestEdge', description: 'A request in a page.' },
  ),
  personalDataRequests: t.connection(
    {
      type: PersonalDataRequestRef,
      nullable: true,
      requiresScopes: [['patients:delete']],
      description: 'What people and the company asked for about personal data, newest first.',
      resolve: (_root, args, { request, services }) => services.personalData.list(request, args),
    },
    { name: 'PersonalDataRequestConnection', description: 'A page of requests.' },
    { name: 'PersonalDataRequestEdge', description: 'A request in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  requestPersonalDataExport: t.field({
    type: PersonalDataRequestRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, ForbiddenError, ConflictError, ValidationError] },
    description: 'Has everything gathered that this company knows of you. You are told by mail when it can be fetched.',
    args: { input: t.arg({ type: RequestExportInput, description: 'The request.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.personalData.requestExport(request, input.idempotencyKey),
  }),
  requestErasure: t.field({
    type: PersonalDataRequestRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, ForbiddenError, StepUpRequiredError, ConflictError, ValidationError] },
    description:
      'Has everything erased that this company knows of you, in fourteen days unless you take it back. What the law wants kept stays without your name. Your account goes when this was the last company that has you.',
    args: { input: t.arg({ type: RequestErasureInput, description: 'The request.' }) },
    resolve: (_root, { input }, { request, services }) =>
      services.personalData.requestErasure(request, input.idempotencyKey),
  }),
  cancelErasure: t.field({
    type: PersonalDataRequestRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, ForbiddenError, NotFoundError, InvalidTransitionError] },
    description: 'Takes an erasure back that has not begun: your own, or with `patients:delete` one that the company asked for.',
    args: { id: t.arg.id({ description: 'Global id of the request.' }) },
    resolve: (_root, { id }, { request, services }) =>
      services.personalData.cancelErasure(request, PersonalDataRequestId.require(id)),
  }),
  preparePersonalDataDownload: t.field({
    type: DownloadRef,
    nullable: true,
    tag: 'while-read-only',
    authenticated: true,
    errors: { types: [UnauthenticatedError, ForbiddenError, StepUpRequiredError, NotFoundError, ConflictError] },
    description: 'Makes a link to what was gathered: for yourself, or with `patients:delete` for a client. An earlier link ends.',
    args: { id: t.arg.id({ description: 'Global id of the request.' }) },
    resolve: (_root, { id }, { request, services }) =>
      services.personalData.prepareDownload(request, PersonalDataRequestId.require(id)),
  }),
}));
