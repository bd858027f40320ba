import type { ResponsePath } from '@apollo/query-planner';
import { isJsonObject, ownValue, type JsonObject } from './json.js';
import type { Cursor, CursorPath } from './plan-run.js';

const STEP = /^(.*?)(?:\|\[(.*)\])?$/;

/** The planner writes `@` for a list, a list of lists has one `@` a level; `|[A,B]` restricts to types. */
export function compilePath(path: ResponsePath): CursorPath {
  return path.map((element) => {
    const [, key = '', types] = STEP.exec(String(element)) ?? [];
    return { key: key === '' ? null : key, isList: key === '@', types: types === undefined ? null : new Set(types.split(',')) };
  });
}

const isOf = (object: JsonObject, types: ReadonlySet<string> | null): boolean => {
  if (types === null) return true;
  const typename = object['__typename'];
  return typeof typename !== 'string' || types.has(typename);
};

/** What a walk has reached so far. */
interface Reached {
  readonly objects: JsonObject[];
  /** Where each object is; null where nobody asks. */
  readonly places: ResponsePath[] | null;
}

const within = (place: ResponsePath | null, key: string | number): ResponsePath | null => place && [...place, key];

function reach(object: JsonObject, place: ResponsePath | null, { objects, places }: Reached): void {
  objects.push(object);
  if (place) places?.push(place);
}

function walk(value: unknown, path: CursorPath, from: number, place: ResponsePath | null, reached: Reached): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    const next = path[from]?.isList ? from + 1 : from;
    for (let index = 0; index < value.length; index += 1) {
      walk(value[index], path, next, within(place, index), reached);
    }
    return;
  }
  const step = path[from - 1];
  if (!isJsonObject(value) || (step && !isOf(value, step.types))) return;
  const following = path[from];
  if (!following) reach(value, place, reached);
  else if (following.key === null) walk(value, path, from + 1, place, reached);
  else walk(ownValue(value, following.key), path, from + 1, within(place, following.key), reached);
}

/** The objects reached from a cursor by a path of the plan; nulls on the way are passed over. */
export function moveInto(cursor: Cursor, path: CursorPath): Cursor {
  const reached: Reached = { objects: [], places: null };
  for (const object of cursor.objects) walk(object, path, 0, null, reached);
  return { path: [...cursor.path, ...path], objects: reached.objects };
}

/** The response path of every object of a cursor, in the cursor's order. Only errors ask for it. */
export function pathsOf(root: JsonObject, path: CursorPath): readonly ResponsePath[] {
  const places: ResponsePath[] = [];
  walk(root, path, 0, [], { objects: [], places });
  return places;
}

/** A cursor's path as clients read it: `@` for every element of a list. */
export const shownPath = (path: CursorPath): ResponsePath => path.flatMap(({ key }) => key ?? []);
