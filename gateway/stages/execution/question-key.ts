import type { JsonObject } from './json.js';

/**
 * Tells representations apart: equal for two exactly when they say the same. Written for keys of strings and
 * numbers, which nearly all are; each value carries its length, so that no text can pass for another's end.
 */
export function questionKeyOf(representation: JsonObject): string {
  let key = '';
  for (const name of Object.keys(representation)) {
    const value = representation[name];
    if (typeof value === 'string') key += `${name}:${value.length}:${value};`;
    else if (typeof value === 'number') key += `${name}=${value};`;
    else return JSON.stringify(representation);
  }
  return key;
}
