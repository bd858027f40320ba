import { domainToUnicode } from 'node:url';
import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  RateLimitedError,
  ValidationError,
} from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { TenantDomainId } from '../ids.js';
import { ownershipRecordOf, routingRecordOf, type DomainKind, type DomainProblem, type DomainStatus, type ExpectedRecord } from './domain.js';
import type { DomainRow } from './domain.store.js';

const DomainKindEnum = builder.enumType('DomainKind', {
  description: 'What a company uses a domain of its own for.',
  values: {
    AUTH: { description: 'Where its people sign in.' },
    APP: { description: 'Where its people and clients work with it.' },
    PARTNER: { description: 'Where its partners do.' },
  } satisfies Record<DomainKind, { description: string }>,
});

const DomainStatusEnum = builder.enumType('DomainStatus', {
  description: 'Whether requests to a domain reach the company.',
  values: {
    PENDING: { description: 'Not proved yet; it does not resolve.' },
    VERIFIED: { description: 'Both records are there; it resolves.' },
    DANGLING: { description: 'It was proved once, but its records are gone; it does not resolve.' },
  } satisfies Record<DomainStatus, { description: string }>,
});

const DomainProblemEnum = builder.enumType('DomainProblem', {
  description: 'What the last look at the DNS found wrong.',
  values: {
    TXT_MISSING: { description: 'The record that proves ownership is not there.' },
    TXT_WRONG: { description: 'It is there, but says something else.' },
    CNAME_MISSING: { description: 'The record that leads here is not there.' },
    CNAME_WRONG: { description: 'It leads somewhere else.' },
    NO_ANSWER: { description: 'The name servers did not answer, or not with an answer.' },
    HELD_BY_ANOTHER: { description: 'Another company proves it too, and did so first.' },
  } satisfies Record<DomainProblem, { description: string }>,
});

const ExpectedRecordRef = builder.objectRef<ExpectedRecord>('ExpectedDnsRecord').implement({
  description: 'A record as it has to stand in the DNS.',
  fields: (t) => ({
    type: t.exposeString('type', { description: '`TXT` or `CNAME`.' }),
    name: t.exposeString('name', { description: 'Name it stands at.' }),
    value: t.exposeString('value', { description: 'What it holds.' }),
  }),
});

const TenantDomainRef = builder.objectRef<DomainRow>('TenantDomain').implement({
  description: "A company's own address.",
  requiresScopes: [['settings:read'], ['settings:update']],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => TenantDomainId.encode(id) }),
    host: t.exposeString('host', { description: 'The host, as browsers ask for it: `xn--…` where it is not ASCII.' }),
    displayHost: t.string({ description: 'The host, as people write it.', resolve: ({ host }) => domainToUnicode(host) }),
    kind: t.expose('kind', { type: DomainKindEnum, description: 'What it is for.' }),
    status: t.expose('status', { type: DomainStatusEnum, description: 'Whether it resolves.' }),
    problem: t.expose('problem', {
      type: DomainProblemEnum,
      nullable: true,
      description: 'What was wrong at the last look; null when nothing was, and before the first.',
    }),
    ownershipRecord: t.field({
      type: ExpectedRecordRef,
      description: 'The record that proves that it is yours. It has to stay.',
      resolve: ({ host, token }) => ownershipRecordOf(host, token),
    }),
    routingRecord: t.field({
      type: ExpectedRecordRef,
      description: 'The record that leads here. At the apex of a zone, an ALIAS or ANAME record stands for it.',
      resolve: ({ host }, _args, { request, services }) => routingRecordOf(host, services.domains.targetOf(request)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    verifiedAt: t.expose('verifiedAt', { type: 'DateTime', nullable: true, description: 'Since when it was proved, last.' }),
    confirmedAt: t.expose('confirmedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When both records were last seen.',
    }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', nullable: true, description: 'When they were last looked for.' }),
    nextCheckAt: t.expose('nextCheckAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When they are next looked for; null when only `verifyTenantDomain` does.',
    }),
  }),
});

const AddTenantDomainInput = builder.inputType('AddTenantDomainInput', {
  description: 'A host that is yours.',
  fields: (t) => ({
    host: t.string({ description: 'Its name, such as `app.example.com`, in any script; no wildcard.' }),
    kind: t.field({ type: DomainKindEnum, description: 'What it is for.' }),
  }),
});

builder.queryFields((t) => ({
  tenantDomains: t.field({
    type: [TenantDomainRef],
    nullable: true,
    requiresScopes: [['settings:read']],
    description: "Your company's own addresses, oldest first.",
    resolve: (_root, _args, { request, services }) => services.domains.list(request),
  }),
}));

builder.mutationFields((t) => {
  const id = () => t.arg.id({ description: 'Global id of the domain.' });
  return {
    addTenantDomain: t.field({
      type: TenantDomainRef,
      nullable: true,
      requiresScopes: [['settings:update']],
      errors: { types: [ValidationError, ConflictError, ForbiddenError] },
      description: 'Adds an address of your own. It resolves once both of its records are found.',
      args: { input: t.arg({ type: AddTenantDomainInput, description: 'The address.' }) },
      resolve: (_root, { input }, { request, services }) => services.domains.add(request, input),
    }),
    verifyTenantDomain: t.field({
      type: TenantDomainRef,
      nullable: true,
      requiresScopes: [['settings:update']],
      errors: { types: [NotFoundError, RateLimitedError, ForbiddenError] },
      description: 'Looks for its records now, instead of when it is next due.',
      args: { id: id() },
      resolve: (_root, args, { request, services }) => services.domains.verify(request, TenantDomainId.require(args.id)),
    }),
    removeTenantDomain: t.field({
      type: TenantDomainRef,
      nullable: true,
      requiresScopes: [['settings:update']],
      errors: { types: [NotFoundError, ForbiddenError] },
      description: 'Gives an address up. It resolves no more.',
      args: { id: id() },
      resolve: (_root, args, { request, services }) => services.domains.remove(request, TenantDomainId.require(args.id)),
    }),
  };
});
