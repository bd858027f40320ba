import { OperationTypeNode, type ExecutionResult } from 'graphql';
import type { RichGateway } from './rich-gateway.js';
import { createRichGenerator, type GeneratedOperation } from './rich-operations.js';

type Path = readonly (string | number)[];

/** A way in which two right answers may differ, or in which another executor is known to be wrong. */
interface NamedDifference {
  readonly name: string;
  readonly reason: string;
}

interface StockDifference extends NamedDifference {
  readonly mayShowIn: RegExp;
}

/** Between our answers and the monolith's. The data is never allowed to differ. */
export const DIFFERENCES: readonly NamedDifference[] = [
  {
    name: 'where an error is reported within what it made null',
    reason:
      'A null that is not allowed takes its parents along. Of several errors below such a place the specification wants one; which one depends on who is asked first.',
  },
  {
    name: 'a null or value that breaks the schema between subgraphs',
    reason:
      'What no subgraph reported (an entity it does not know, an enum value hidden from clients) is no error but an entry of extensions.valueCompletion, as Apollo gives it.',
  },
  {
    name: 'an error of what the client did not ask for here',
    reason:
      'A subgraph that knows an interface as an object is asked about all its types at once, and a field is fetched because another requires it: what fails there is reported, as by Apollo, at a place the answer does not have.',
  },
];

/** Between our answers, which are then those of the monolith, and those of the stock executor. */
export const STOCK_DIFFERENCES: readonly StockDifference[] = [
  {
    name: 'fragments inside fragments on an interface',
    reason:
      'Where no type name was fetched it takes the interface for the type and leaves the inner fragment out, or, where ' +
      'a fragment of no type is all there is, answers null.',
    mayShowIn: /\bon (?:Node|Item|Payment|Found|Target)\b|\.\.\. (?:@[^{]*)?\{/,
  },
  {
    name: 'what one type requires is asked of another',
    reason: 'It cannot read paths that tell types apart, and its plans join all types by what one of them requires.',
    mayShowIn: /\b(?:opinion|class|packing|surcharge|label)\b/,
  },
];

/** The path down to the first null: what an error there has made null. */
function nulledRegion(data: unknown, path: Path): Path | 'not null' | 'not asked' {
  let here = data;
  for (let depth = 0; depth <= path.length; depth += 1) {
    if (here === null) return path.slice(0, depth);
    if (here === undefined) return 'not asked';
    const part = path[depth];
    if (part === undefined) return 'not null';
    here = (here as Record<string | number, unknown>)[part];
  }
  return 'not null';
}

interface Report {
  readonly path?: Path | undefined;
}

const reportsOf = ({ errors, extensions }: ExecutionResult): readonly Report[] => [
  ...(errors ?? []),
  ...((extensions?.['valueCompletion'] as readonly Report[] | undefined) ?? []),
];

/** Places that are null because something went wrong, and errors at places that are not null, which there must not be. */
function failuresOf(result: ExecutionResult): readonly string[] {
  const places = reportsOf(result).flatMap(({ path = [] }) => {
    const region = nulledRegion(result.data, path);
    if (region === 'not asked') return [];
    return region === 'not null' ? `error at ${path.join('.')} beside a value` : `null at ${region.join('.')}`;
  });
  return [...new Set(places)].sort();
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

/** Values without the order of their fields. */
const unordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(unordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, inner]) => [key, unordered(inner)]));
};

export interface ComparisonSummary {
  readonly operations: number;
  /** How often the stock executor answered differently, by the name of the difference. */
  readonly stock: Readonly<Record<string, number>>;
}

const describeCase = (seed: number, nth: number, { source, variables }: GeneratedOperation): string =>
  `seed ${seed}, operation ${nth}\n${source}\n${JSON.stringify(variables)}`;

/**
 * Answers operations that are made up from a seed in three ways.
 * @param stockEvery every how many operations the stock executor, the slowest of the three, is asked as well
 * @throws naming seed, operation and both answers at the first difference that is not named above
 */
export async function compareExecutors(
  gateway: RichGateway,
  count: number,
  seed: number,
  stockEvery = 1,
): Promise<ComparisonSummary> {
  const generate = createRichGenerator(gateway.generation.apiSchema, seed);
  const stock: Record<string, number> = {};
  for (let nth = 0; nth < count; nth += 1) {
    const made = generate(nth % 20 === 0 ? OperationTypeNode.MUTATION : OperationTypeNode.QUERY);
    const operation = await gateway.plan(made.source, made.variables);
    const ours = await gateway.ours(operation);
    const whole = await gateway.whole(made.source, made.variables);
    const [answer, expected] = [ours, whole].map((result) => JSON.stringify({ failures: failuresOf(result), data: plain(result.data) }));
    if (answer !== expected) {
      throw new Error(`not as the monolith: ${describeCase(seed, nth, made)}\nours     ${answer}\nmonolith ${expected}`);
    }
    if (nth % stockEvery !== 0) continue;
    const theirs = await gateway.stock(operation);
    if (JSON.stringify(unordered(plain(theirs.data))) !== JSON.stringify(unordered(plain(ours.data)))) {
      const known = STOCK_DIFFERENCES.find(({ mayShowIn }) => mayShowIn.test(made.source));
      if (!known) throw new Error(`not as the stock executor: ${describeCase(seed, nth, made)}\nstock ${JSON.stringify(theirs)}\nours ${answer}`);
      stock[known.name] = (stock[known.name] ?? 0) + 1;
    }
  }
  return { operations: count, stock };
}
