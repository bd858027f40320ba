import { z } from 'zod';
import { lineSchema } from '../../../_kernel/validation/text.js';
import { ScimUserId } from '../../ids.js';
import { GROUP_SCHEMA } from '../protocol/attributes.js';
import { versionTag } from '../protocol/preconditions.js';
import { badRequest, invalidValue } from '../protocol/scim-error.js';
import type { JsonObject } from '../protocol/tidy.js';

/** Members that may come and go in one request. */
export const MOST_CHANGES = 1_000;

const groupSchema = z.object({
  displayName: lineSchema(254),
  externalId: lineSchema(254).nullish(),
  members: z.array(z.object({ value: z.string(), type: z.string().optional() })).default([]),
});

export interface DescribedGroup {
  readonly displayName: string;
  readonly externalId: string | null;
  /** UUIDs, each once. */
  readonly memberIds: readonly string[];
}

/** @throws {ScimError} invalidValue, naming the attribute */
export function describedGroup(resource: JsonObject): DescribedGroup {
  const parsed = groupSchema.safeParse(resource);
  if (!parsed.success) throw invalidValue(parsed.error);
  const { displayName, externalId, members } = parsed.data;
  if (members.some(({ type }) => type !== undefined && type.toLowerCase() !== 'user')) {
    throw badRequest('invalidValue', 'members: groups within groups are not kept');
  }
  const ids = members.map(({ value }) => ScimUserId.decode(value));
  if (ids.includes(null)) throw noSuchMember();
  return { displayName, externalId: externalId ?? null, memberIds: [...new Set(ids.filter((id) => id !== null))] };
}

/** Alike for an id that is malformed, unknown and another company's. */
export const noSuchMember = () => badRequest('invalidValue', 'members: one of them is not there');

export interface ShownGroup {
  readonly id: string;
  readonly displayName: string;
  readonly externalId: string | null;
  /** Undefined where they are not asked for. */
  readonly members?: readonly { readonly id: string; readonly display: string }[] | undefined;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** @param base address of the service, without a slash at the end */
export const groupResource = (base: string, group: ShownGroup): JsonObject => ({
  schemas: [GROUP_SCHEMA],
  id: group.id,
  ...(group.externalId === null ? {} : { externalId: group.externalId }),
  displayName: group.displayName,
  ...(group.members
    ? { members: group.members.map(({ id, display }) => ({ value: id, display, type: 'User', $ref: `${base}/Users/${id}` })) }
    : {}),
  meta: {
    resourceType: 'Group',
    created: group.createdAt.toISOString(),
    lastModified: group.updatedAt.toISOString(),
    location: `${base}/Groups/${group.id}`,
    version: versionTag(group.version),
  },
});
