import type { GraphQLError } from 'graphql';
import type { Violation } from './shaping.js';

type Path = readonly (string | number)[];

/**
 * Whether an error at one path accounts for what is missing at another: one lies within the other. `@` stands for
 * any element of a list; the path of a refusal does not count elements at all.
 */
function accountsFor(error: Path, missing: Path): boolean {
  let at = 0;
  for (const part of missing) {
    if (at >= error.length) return true;
    const expected = error[at];
    if (part === expected || (typeof part === 'number' && expected === '@')) at += 1;
    else if (typeof part !== 'number' || typeof expected === 'number') return false;
  }
  return true;
}

/**
 * What subgraphs left out against their own schema without saying why, in the form Apollo's gateways give it.
 * @returns undefined when every gap has its error
 */
export function valueCompletionOf(
  violations: readonly Violation[],
  errors: readonly GraphQLError[],
): { readonly valueCompletion: readonly object[] } | undefined {
  const gaps = violations
    .map(({ message, path }) => ({ message, path: [...path].reverse() }))
    .filter(({ path }) => !errors.some((error) => accountsFor(error.path ?? [], path)));
  if (gaps.length === 0) return undefined;
  return { valueCompletion: gaps.map((gap) => ({ ...gap, extensions: { code: 'INVALID_GRAPHQL' } })) };
}
