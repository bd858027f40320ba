import type { Retirement } from '../../../subgraphs/_kernel/wire/registered-operations.js';
import type { Principal } from '../../../subgraphs/_kernel/wire/principal.js';
import { Refusal } from '../../refusal.js';

/** The client whose registered operations are all that a caller may run; null where any may be run. */
export const clientConfining = (principal: Principal): string | null =>
  principal.kind === 'service' ? principal.registeredClient : null;

/** Said alike of text, of an id nobody has registered and of another client's: a key learns nothing by asking. */
export const registeredOnly = (): Refusal =>
  new Refusal('PERSISTED_QUERY_ONLY', 'This API key runs only the operations that its client has registered, by their ids');

/** The words by which Apollo's clients know that they have to send the text along. */
export const documentNotFound = (): Refusal => new Refusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');

/** Why several operations in one request are refused, to whomever. */
export const severalAtOnce = (principal: Principal): Refusal =>
  clientConfining(principal) === null
    ? new Refusal('OPERATION_TOO_COMPLEX', 'Several operations in one request are not accepted')
    : registeredOnly();

/** What is said of a retirement, in errors and in the `deprecation` of an answer. */
export const toldOfRetirement = ({ sunsetAt, replacement }: Retirement) => ({ sunsetAt, replacement });

/** RFC 9745's `Deprecation` and RFC 8594's `Sunset`. */
export const headersOfRetirement = ({ announcedAt, sunsetAt }: Retirement): Readonly<Record<string, string>> => ({
  deprecation: `@${Math.floor(Date.parse(announcedAt) / 1000)}`,
  sunset: new Date(sunsetAt).toUTCString(),
});

/** The operation has reached the date on which it went. */
export function operationRetired(name: string, retirement: Retirement): Refusal {
  const { sunsetAt, replacement } = retirement;
  const instead = replacement === null ? '' : `; use ${replacement} in its place`;
  return new Refusal('OPERATION_RETIRED', `${name} was retired on ${sunsetAt.slice(0, 10)}${instead}`, {
    headers: headersOfRetirement(retirement),
    extensions: toldOfRetirement(retirement),
  });
}
