import type { JWTPayload } from 'jose';
import { CLIENT_HOURLY_LIMIT, type TokenRealm } from '../../../subgraphs/_kernel/wire/access-token.js';
import { PLATFORM_PERMISSIONS, TENANT_PERMISSIONS } from '../../../subgraphs/_kernel/wire/permissions.js';
import {
  ADMIN_ROLES,
  NO_ASSURANCE,
  type Assurance,
  type MemberPrincipal,
  type PlatformPrincipal,
  type ServicePrincipal,
} from '../../../subgraphs/_kernel/wire/principal.js';

/** A genuine token that does not say what a token of its realm has to say. */
export class MalformedClaimsError extends Error {
  override readonly name = 'MalformedClaimsError';
}

function text(claims: JWTPayload, name: string): string {
  const value = claims[name];
  if (typeof value !== 'string' || value === '') throw new MalformedClaimsError(`claim ${name} is missing`);
  return value;
}

/** Of `values` those that belong to `known`: a word that the realm does not know grants nothing. */
const among = <T extends string>(values: readonly unknown[], known: readonly T[]): readonly T[] =>
  known.filter((word) => values.includes(word));

const rolesOf = (claims: JWTPayload): readonly unknown[] => {
  const roles = claims['roles'];
  return Array.isArray(roles) ? (roles as readonly unknown[]) : [];
};

const scopesOf = (claims: JWTPayload): readonly string[] => {
  const scope = claims['scope'];
  return typeof scope === 'string' ? scope.split(' ') : [];
};

const assuranceOf = ({ acr, auth_time: at }: JWTPayload): Assurance =>
  typeof at === 'number' ? { level: acr === 'aal2' ? 'aal2' : 'aal1', at } : NO_ASSURANCE;

/** In somebody else's hands it proves nothing of who she is. */
function handsOf(claims: JWTPayload): Pick<MemberPrincipal, 'assurance' | 'impersonatorId'> {
  const { act } = claims;
  if (act === undefined) return { assurance: assuranceOf(claims) };
  const impersonatorId = typeof act === 'object' && act !== null && 'sub' in act ? act.sub : null;
  if (typeof impersonatorId !== 'string') throw new MalformedClaimsError('claim act names nobody');
  return { assurance: NO_ASSURANCE, impersonatorId };
}

/**
 * Thumbprint of the key without whose proof the token is worth nothing; null for one that whoever bears it may show.
 * @throws {MalformedClaimsError} for one that is bound to something else
 */
export function keyOfClaims({ cnf }: JWTPayload): string | null {
  if (cnf === undefined) return null;
  const thumbprint = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : null;
  if (typeof thumbprint !== 'string' || thumbprint === '') throw new MalformedClaimsError('claim cnf names no key');
  return thumbprint;
}

/** @throws {MalformedClaimsError} */
export function principalOfClaims(
  claims: JWTPayload,
  realm: TokenRealm,
): MemberPrincipal | PlatformPrincipal | ServicePrincipal {
  const sessionId = text(claims, 'sid');
  if (realm === 'platform') {
    if (claims['tid'] !== undefined) throw new MalformedClaimsError('a platform token names a tenant');
    return {
      kind: 'platform',
      adminId: text(claims, 'sub'),
      sessionId,
      roles: among(rolesOf(claims), ADMIN_ROLES),
      permissions: among(scopesOf(claims), PLATFORM_PERMISSIONS),
      assurance: assuranceOf(claims),
    };
  }
  text(claims, 'tid');
  if (claims['sva'] !== undefined) {
    return {
      kind: 'service',
      serviceAccountId: text(claims, 'sva'),
      apiKeyId: sessionId,
      permissions: among(scopesOf(claims), TENANT_PERMISSIONS),
      hourlyLimit: CLIENT_HOURLY_LIMIT,
      registeredClient: null,
    };
  }
  return {
    kind: 'member',
    userId: text(claims, 'sub'),
    membershipId: text(claims, 'mid'),
    sessionId,
    roles: rolesOf(claims).filter((role): role is string => typeof role === 'string'),
    permissions: among(scopesOf(claims), TENANT_PERMISSIONS),
    ...handsOf(claims),
  };
}
