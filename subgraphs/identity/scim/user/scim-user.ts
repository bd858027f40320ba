import { z } from 'zod';
import type { Prisma } from '../../../../prisma/generated/client.js';
import { emailSchema, lineSchema } from '../../../_kernel/validation/text.js';
import { ENTERPRISE_SCHEMA, USER_SCHEMA } from '../protocol/attributes.js';
import { versionTag } from '../protocol/preconditions.js';
import { badRequest, invalidValue } from '../protocol/scim-error.js';
import type { JsonObject } from '../protocol/tidy.js';

const line = lineSchema(254).optional();

const severalSchema = z
  .array(z.object({ value: lineSchema(254), display: line, type: line, primary: z.boolean().optional() }))
  .max(20)
  .optional();

/** A person as a directory may describe her, once what is unknown here is left out. */
const userSchema = z.object({
  userName: lineSchema(254),
  externalId: line,
  active: z.boolean().default(true),
  name: z
    .object({ formatted: line, familyName: line, givenName: line, middleName: line, honorificPrefix: line, honorificSuffix: line })
    .optional(),
  displayName: line,
  nickName: line,
  title: line,
  userType: line,
  preferredLanguage: line,
  locale: line,
  timezone: line,
  emails: severalSchema,
  phoneNumbers: severalSchema,
  roles: severalSchema,
  [ENTERPRISE_SCHEMA]: z
    .object({
      employeeNumber: line,
      costCenter: line,
      organization: line,
      division: line,
      department: line,
      manager: z.object({ value: line, displayName: line }).optional(),
    })
    .optional(),
});

export interface DescribedUser {
  readonly userName: string;
  readonly externalId: string | null;
  readonly active: boolean;
  /** Everything else, as it is kept and given back. */
  readonly attributes: Prisma.InputJsonObject;
  /** The roles her directory asks for; null where it leaves that to groups and the default. */
  readonly roles: readonly string[] | null;
  readonly displayName: string;
}

/** A text that is blank says nothing: directories send one for what they do not know. */
const withoutBlanks = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutBlanks);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => typeof part !== 'string' || part.trim() !== '')
      .map(([name, part]) => [name, withoutBlanks(part)]),
  );
};

/** @throws {ScimError} invalidValue, naming the attribute */
export function describedUser(resource: JsonObject): DescribedUser {
  const parsed = userSchema.safeParse(withoutBlanks(resource));
  if (!parsed.success) throw invalidValue(parsed.error);
  const { userName, externalId = null, active, ...attributes } = parsed.data;
  const { name, roles, displayName } = attributes;
  const spelled = [name?.givenName, name?.familyName].filter(Boolean).join(' ');
  return {
    userName,
    externalId,
    active,
    attributes: JSON.parse(JSON.stringify(attributes)) as Prisma.InputJsonObject,
    roles: roles && roles.length > 0 ? roles.map(({ value }) => value) : null,
    displayName: (displayName ?? name?.formatted ?? (spelled || userName)).slice(0, 100),
  };
}

/**
 * Whose account she is: her preferred address, else the first, else the name she signs in with.
 * @throws {ScimError} invalidValue where none of them is an address
 */
export function accountAddressOf(described: DescribedUser): string {
  const address = statedAddressOf(described);
  if (address === null) throw badRequest('invalidValue', 'emails: one address is needed, or a userName that is one');
  return address;
}

/** The same, of what is described or kept; null where none of them is an address. */
export function statedAddressOf({ attributes, userName }: { readonly attributes: Prisma.JsonValue | Prisma.InputJsonObject; readonly userName: string }): string | null {
  // Written by us, as `describedUser` has checked it.
  const { emails = [] } = attributes as { readonly emails?: readonly { readonly value: string; readonly primary?: boolean }[] };
  const address = emails.find(({ primary }) => primary) ?? emails[0];
  return emailSchema.safeParse(address?.value ?? userName).data ?? null;
}

export const keyOf = (name: string): string => name.toLowerCase();

export interface ShownUser {
  readonly id: string;
  readonly userName: string;
  readonly externalId: string | null;
  readonly active: boolean;
  readonly attributes: JsonObject;
  readonly groups: readonly { readonly id: string; readonly displayName: string }[];
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** @param base address of the service, without a slash at the end */
export function userResource(base: string, user: ShownUser): JsonObject {
  const { id, userName, externalId, active, attributes, groups, version, createdAt, updatedAt } = user;
  return {
    schemas: [USER_SCHEMA, ...(ENTERPRISE_SCHEMA in attributes ? [ENTERPRISE_SCHEMA] : [])],
    id,
    ...(externalId === null ? {} : { externalId }),
    userName,
    ...attributes,
    active,
    groups: groups.map((group) => ({ value: group.id, display: group.displayName, type: 'direct', $ref: `${base}/Groups/${group.id}` })),
    meta: {
      resourceType: 'User',
      created: createdAt.toISOString(),
      lastModified: updatedAt.toISOString(),
      location: `${base}/Users/${id}`,
      version: versionTag(version),
    },
  };
}
