/** A record of a zone, its value as it is written in a zone file. */
export type ZoneRecord =
  | { readonly type: 'TXT'; readonly name: string; readonly value: string }
  | { readonly type: 'CNAME'; readonly name: string; readonly value: string }
  | { readonly type: 'A'; readonly name: string; readonly value: string };

export type RecordType = ZoneRecord['type'];

export interface Zone {
  /** Every record of that name, whatever its type. */
  at(name: string): readonly ZoneRecord[];
  add(...records: readonly ZoneRecord[]): void;
  /** Takes a name's records away, of one type or all. */
  remove(name: string, type?: RecordType): void;
}

/** Names are the same in whatever case they are written. */
const keyOf = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** What a DNS server knows; it can be changed while it is asked. */
export function createZone(): Zone {
  const records = new Map<string, ZoneRecord[]>();
  return {
    at: (name) => records.get(keyOf(name)) ?? [],
    add(...added) {
      for (const record of added) {
        const key = keyOf(record.name);
        records.set(key, [...(records.get(key) ?? []), record]);
      }
    },
    remove(name, type) {
      const key = keyOf(name);
      const left = type ? (records.get(key) ?? []).filter((record) => record.type !== type) : [];
      if (left.length > 0) records.set(key, left);
      else records.delete(key);
    },
  };
}
