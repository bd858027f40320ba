const GLOBAL_ID = /^[a-z]{2,5}_[0-9a-f]{32}$/;
/** Arguments are looked through to this depth. */
const DEPTH = 4;

function idsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return GLOBAL_ID.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null || depth > DEPTH) return [];
  return Object.values(value).flatMap((part) => idsIn(part, depth + 1));
}

/** At most so many are remembered of the arguments of one field. */
const NAMED = 20;

/** The global ids in a field's arguments, each once. */
export const namedIds = (args: unknown): readonly string[] => [...new Set(idsIn(args))].slice(0, NAMED);
