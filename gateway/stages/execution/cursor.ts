import type { ResponsePath } from '@apollo/query-planner';
import { isJsonObject, ownValue, type JsonObject } from './json.js';
import type { Cursor } from './plan-run.js';

const LIST = '@';

function collect(value: unknown, path: ResponsePath, from: number, into: JsonObject[]): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    // The planner writes `@` for a list; a list of lists has one `@` a level.
    const next = path[from] === LIST ? from + 1 : from;
    for (const element of value) collect(element, path, next, into);
    return;
  }
  if (!isJsonObject(value)) return;
  const key = path[from];
  if (key === undefined) into.push(value);
  else collect(ownValue(value, String(key)), path, from + 1, into);
}

/** The objects reached from a cursor by a path of the plan; nulls on the way are passed over. */
export function moveInto(cursor: Cursor, path: ResponsePath): Cursor {
  const objects: JsonObject[] = [];
  for (const object of cursor.objects) collect(object, path, 0, objects);
  return { path: [...cursor.path, ...path], objects };
}

/** The response path of every object of a cursor, in the cursor's order. Only errors ask for it. */
export function pathsOf(root: JsonObject, path: ResponsePath): readonly ResponsePath[] {
  const paths: ResponsePath[] = [];
  const walk = (value: unknown, from: number, here: ResponsePath): void => {
    if (value === null || value === undefined) return;
    if (Array.isArray(value)) {
      const next = path[from] === LIST ? from + 1 : from;
      value.forEach((element, index) => walk(element, next, [...here, index]));
      return;
    }
    if (!isJsonObject(value)) return;
    const key = path[from];
    if (key === undefined) paths.push(here);
    else walk(ownValue(value, String(key)), from + 1, [...here, String(key)]);
  };
  walk(root, 0, []);
  return paths;
}
