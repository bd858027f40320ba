import {
  ForbiddenError,
  NotFoundError,
  QuotaExceededError,
  StepUpRequiredError,
  UnauthenticatedError,
  ValidationError,
} from '../../../_kernel/errors/domain-error.js';
import { builder } from '../../builder.js';
import { ScimGroupId } from '../../ids.js';
import type { ScimGroupRow } from './scim-group.store.js';

const ScimGroupRef = builder.objectRef<ScimGroupRow>('ScimGroup').implement({
  description: "A group of the company's directory.",
  requiresScopes: [['users:manage']],
  fields: (t) => ({
    id: t.id({ description: 'Global id; the directory knows it by the same.', resolve: (group) => ScimGroupId.encode(group.id) }),
    displayName: t.exposeString('displayName', { description: 'What the directory calls it.' }),
    externalId: t.exposeString('externalId', { nullable: true, description: 'What the directory knows it by.' }),
    roles: t.stringList({ description: 'Roles that its members have.', resolve: ({ roles }) => roles }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the directory told of it.' }),
  }),
});

builder.queryFields((t) => ({
  scimGroups: t.connection(
    {
      type: ScimGroupRef,
      nullable: true,
      requiresScopes: [['users:manage']],
      description: "The groups of this company's directory, oldest first.",
      resolve: (_root, args, { request, services }) => services.scimGroups.page(request, args),
    },
    { name: 'ScimGroupConnection', description: 'A page of groups.' },
    { name: 'ScimGroupEdge', description: 'A group in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  mapScimGroup: t.field({
    type: ScimGroupRef,
    nullable: true,
    requiresScopes: [['users:manage']],
    errors: {
      types: [NotFoundError, ValidationError, ForbiddenError, QuotaExceededError, UnauthenticatedError, StepUpRequiredError],
    },
    description: 'Says which roles the members of a group have; it takes effect at once.',
    args: {
      id: t.arg.id({ description: 'Global id of the group.' }),
      roles: t.arg.stringList({ description: 'Roles that `roles` lists; none for a group that stands for nothing.' }),
    },
    resolve: (_root, { id, roles }, { request, services }) => services.scimGroups.map(request, ScimGroupId.require(id), roles),
  }),
}));
