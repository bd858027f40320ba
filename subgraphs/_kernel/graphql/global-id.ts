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

export function defineId(typeName: string, prefix: string): GlobalId {
  const start = `${prefix}_`;
  const decode = (id: string): string | null => {
    if (!id.startsWith(start)) return null;
    const hex = id.slice(start.length);
    if (!HEX.test(hex)) return null;
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
  return {
    typeName,
    encode: (uuid) => start + uuid.replaceAll('-', ''),
    decode,
    require(id) {
      const uuid = decode(id);
      if (uuid === null) throw new NotFoundError(typeName);
      return uuid;
    },
  };
}
