/** A form-encoded body as a tree: `a[b]=1` is `a → b → '1'`; list elements are keyed by their position. */
export type FormNode = string | FormTree;
/** A map and not an object, so that no parameter name can reach a prototype. */
export type FormTree = ReadonlyMap<string, FormNode>;

type GrowingTree = Map<string, string | GrowingTree>;

/** Deeper than any parameter of the API. */
const DEEPEST = 8;

/** The body is not a form, or a parameter is used both as a value and as an object. */
export class MalformedForm extends Error {
  readonly param: string;

  constructor(param: string) {
    super(`Malformed parameter: ${param}`);
    this.param = param;
  }
}

/**
 * Parses a query string or `application/x-www-form-urlencoded` body as Stripe does: `a[b][c]`, `a[0]` and `a[]`.
 * @throws {MalformedForm}
 */
export function parseForm(encoded: string): FormTree {
  const root: GrowingTree = new Map();
  for (const [name, value] of new URLSearchParams(encoded)) place(root, name, value);
  return root;
}

function place(root: GrowingTree, name: string, value: string): void {
  const path = pathOf(name);
  let node = root;
  path.forEach((segment, depth) => {
    const key = segment === '' ? String(node.size) : segment;
    const existing = node.get(key);
    if (depth === path.length - 1) {
      if (existing !== undefined && typeof existing !== 'string') throw new MalformedForm(name);
      node.set(key, value);
      return;
    }
    if (typeof existing === 'string') throw new MalformedForm(name);
    const next: GrowingTree = existing ?? new Map<string, string | GrowingTree>();
    node.set(key, next);
    node = next;
  });
}

function pathOf(name: string): readonly string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  const head = match?.[1];
  if (head === undefined) throw new MalformedForm(name);
  const rest = [...(match?.[2] ?? '').matchAll(/\[([^[\]]*)\]/g)].map((bracket) => bracket[1] ?? '');
  if (rest.length >= DEEPEST) throw new MalformedForm(name);
  return [head, ...rest];
}

/** The tree in one canonical spelling, so that two requests can be compared whatever order their fields came in. */
export function canonicalForm(node: FormNode): string {
  if (typeof node === 'string') return JSON.stringify(node);
  const fields = [...node].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${canonicalForm(value)}`).join(',')}}`;
}
