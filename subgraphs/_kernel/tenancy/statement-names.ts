import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const names = new LRUCache<string, string>({ max: 2_000 });

/** Names a statement by its text, so that PostgreSQL parses and plans it once per connection. */
export function statementName(query: { readonly sql: string }): string {
  let name = names.get(query.sql);
  if (name === undefined) {
    name = `s${createHash('sha1').update(query.sql).digest('hex').slice(0, 20)}`;
    names.set(query.sql, name);
  }
  return name;
}
