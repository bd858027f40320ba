import { parseFilter, type Filter } from './filter.js';
import { isObject, type JsonObject } from './tidy.js';

const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const MOST_RESULTS = 200;
const DEFAULT_RESULTS = 100;

/** A page of resources that is asked for, RFC 7644, section 3.4.2. */
export interface ListQuery {
  readonly filter: Filter | null;
  /** From 1. */
  readonly startIndex: number;
  readonly count: number;
}

export interface ResourceList {
  readonly total: number;
  readonly resources: readonly JsonObject[];
}

/** A whole number in bounds; what is none is passed over, as the RFC has it. */
function numberIn(text: string | null, least: number, most: number, otherwise: number): number {
  const number = text === null ? Number.NaN : Number.parseInt(text, 10);
  return Number.isNaN(number) ? otherwise : Math.min(Math.max(number, least), most);
}

/** @throws {ScimError} invalidFilter */
export function listQueryOf(search: URLSearchParams): ListQuery {
  const filter = search.get('filter');
  return {
    filter: filter === null || filter.trim() === '' ? null : parseFilter(filter),
    startIndex: numberIn(search.get('startIndex'), 1, 1_000_000_000, 1),
    count: numberIn(search.get('count'), 0, MOST_RESULTS, DEFAULT_RESULTS),
  };
}

export const listAnswer = ({ startIndex }: ListQuery, { total, resources }: ResourceList): JsonObject => ({
  schemas: [LIST_SCHEMA],
  totalResults: total,
  startIndex,
  itemsPerPage: resources.length,
  Resources: resources,
});

const namesIn = (search: URLSearchParams, parameter: string): readonly string[] =>
  (search.get(parameter) ?? '').toLowerCase().split(',').map((name) => name.trim()).filter(Boolean);

/** Always there, whatever is asked for. */
const ALWAYS: readonly string[] = ['id', 'schemas'];

/** Leaves of a resource what is asked for: `attributes` says what stays, `excludedAttributes` what goes. */
export function projectionOf(search: URLSearchParams): (resource: JsonObject) => JsonObject {
  const [wanted, unwanted] = [namesIn(search, 'attributes'), namesIn(search, 'excludedAttributes')];
  if (wanted.length === 0 && unwanted.length === 0) return (resource) => resource;

  const project = (value: unknown, path: string, inside: boolean): unknown => {
    if (Array.isArray(value)) return value.map((one) => project(one, path, inside));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, part]) => {
        const at = path === '' ? name.toLowerCase() : `${path}.${name.toLowerCase()}`;
        if (path === '' && ALWAYS.includes(at)) return [[name, part]];
        if (unwanted.includes(at)) return [];
        const asked = inside || wanted.length === 0 || wanted.includes(at);
        if (!asked && !wanted.some((one) => one.startsWith(`${at}.`))) return [];
        return [[name, project(part, at, asked)]];
      }),
    );
  };
  return (resource) => project(resource, '', false) as JsonObject;
}
