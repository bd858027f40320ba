import { NotFoundError } from '../errors/domain-error.js';

/**
 * Ids in the graph name their type: `bkg_` and the 32 hexadecimal digits of the row's UUID. They are
 * opaque to clients, unique over the whole graph, and a wrong kind of id is noticed before any query runs.
 */
export interface GlobalId {
  readonly typeName: string;
  encode(uuid: string): string;
  /** The UUID, or null when the id is malformed or of another type. */
  decode(id: string): string | null;
  /** @throws {NotFoundError} alike for a malformed id and one that nothing has */
  require(id: string): string;
}

const HEX = /^[0-9a-f]{32}$/;

/** Every kind of id that was defined: its table by its prefix. */
const tables = new Map<string, string>();

const snakeCase = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();

const prefixOf = (id: string): string => id.slice(0, id.indexOf('_'));

const uuidOfHex = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;

/** Name of the table that has the rows of an id's kind; null for a kind that this process does not know. */
export const tableOf = (id: string): string | null => tables.get(prefixOf(id)) ?? null;

/** The UUID of a global id that is well-formed. */
export const uuidOf = (id: string): string => uuidOfHex(id.slice(-32));

/** The UUID of a global id with a prefix, or null when the id is malformed or has another. */
export function decodeId(prefix: string, id: string): string | null {
  if (!id.startsWith(`${prefix}_`)) return null;
  const hex = id.slice(prefix.length + 1);
  return HEX.test(hex) ? uuidOfHex(hex) : null;
}

/** @param table where it is not named after the type */
export function defineId(typeName: string, prefix: string, table = snakeCase(typeName)): GlobalId {
  tables.set(prefix, table);
  const decode = (id: string): string | null => decodeId(prefix, id);
  return {
    typeName,
    encode: (uuid) => `${prefix}_${uuid.replaceAll('-', '')}`,
    decode,
    require(id) {
      const uuid = decode(id);
      if (uuid === null) throw new NotFoundError(typeName);
      return uuid;
    },
  };
}
