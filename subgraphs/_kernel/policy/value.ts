import { decodeId } from '../graphql/global-id.js';
import type { AttributeType } from './catalogue.js';
import type { Scalar } from './policy.js';

export type ReadValue =
  { readonly ok: true; readonly value: Scalar } | { readonly ok: false; readonly message: string };

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const LONGEST = 300;

const refused = (message: string): ReadValue => ({ ok: false, message });
const read = (value: Scalar): ReadValue => ({ ok: true, value });

/** Reads a value as tenants write it into one as decisions compare it: ids as UUIDs, instants as epoch milliseconds. */
export function valueReader(type: AttributeType): (value: unknown) => ReadValue {
  switch (type.kind) {
    case 'id':
      return (value) => {
        const uuid = typeof value === 'string' ? decodeId(type.prefix, value) : null;
        return uuid === null ? refused(`must be an id that begins with ${type.prefix}_`) : read(uuid);
      };
    case 'number':
      return (value) =>
        typeof value === 'number' && Number.isSafeInteger(value) ? read(value) : refused('must be a whole number');
    case 'instant':
      return (value) => {
        const at = typeof value === 'string' && ISO_INSTANT.test(value) ? Date.parse(value) : NaN;
        return Number.isNaN(at) ? refused('must be an instant such as 2027-01-31T14:00:00Z') : read(at);
      };
    case 'text':
    case 'texts': {
      const values = type.kind === 'text' ? type.values : undefined;
      return (value) => {
        if (typeof value !== 'string' || value.length > LONGEST) {
          return refused(`must be a text of at most ${LONGEST} characters`);
        }
        if (values && !values.includes(value)) return refused(`must be one of ${values.join(', ')}`);
        return read(value);
      };
    }
  }
}

/** Reads what an attribute of many texts has. */
export function readTexts(value: unknown): { readonly ok: true; readonly value: readonly string[] } | { readonly ok: false; readonly message: string } {
  const isText = (one: unknown): one is string => typeof one === 'string' && one.length <= LONGEST;
  return Array.isArray(value) && value.every(isText)
    ? { ok: true, value }
    : { ok: false, message: `must be a list of texts of at most ${LONGEST} characters` };
}
