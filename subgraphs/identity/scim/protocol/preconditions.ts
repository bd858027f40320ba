import { ScimError } from './scim-error.js';

/** The tag of the state a resource is in. */
export const versionTag = (version: number): string => `W/"${version}"`;

/** Whether one of the tags in a condition names a state. */
export const namesVersion = (condition: string, version: number): boolean =>
  condition.split(',').some((one) => ['*', versionTag(version), `"${version}"`].includes(one.trim()));

/** @throws {ScimError} 412 where the client has seen another state than the one that is there */
export function requireVersion(ifMatch: string | undefined, version: number): void {
  if (ifMatch !== undefined && !namesVersion(ifMatch, version)) throw new ScimError(412, 'It has changed since; read it again');
}
