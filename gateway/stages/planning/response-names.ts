import { createHash } from 'node:crypto';
import type { Schema } from '@apollo/federation-internals';
import {
  Kind,
  print,
  visit,
  type DocumentNode,
  type FieldNode,
  type NameNode,
  type ObjectValueNode,
} from 'graphql';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import { neededNamesOf } from './needed-names.js';

/**
 * Two names for one value: the one a client asked for, and the one subgraphs are asked by. They differ where the
 * planner would take one value for another:
 * - It adds keys and required fields to a client's selections and reads them back by their plain names, without
 *   looking whether the client has given such a name to something else: `{ user { id: email visits } }` would
 *   join by e-mail.
 * - A subgraph that knows an interface as an object is asked about all its types at once, so that `x: a` for the
 *   one and `x: b` for the other become one selection.
 */
export interface ResponseNames {
  /** The name a client gave what was fetched under `name`; for fields as for variables. */
  readonly askedAs: (name: string) => string;
  /** The name a client's variable has in what is planned. */
  readonly variableAs: (name: string) => string;
  /** The names in one document, whole or in part. */
  within(document: DocumentNode): DocumentNames;
}

export interface DocumentNames {
  /** The response name of a client's field in what is fetched. */
  readonly fetchedAs: (field: FieldNode) => string;
  /** The document, or what is left of it, as it is to be planned. */
  readonly separate: (document: DocumentNode) => DocumentNode;
}

/** The planner's own alias for a field whose types differ between the types of an abstract one. */
const PLANNER_ALIAS = /__alias_\d+$/;

/** The planner's variable; a client may have one of that name too. */
const PLANNER_VARIABLE = 'representations';

/** A beginning that no field's name has. */
function freePrefix(supergraph: Schema): string {
  const taken = supergraph.types().flatMap((type) => ('fields' in type ? type.fields().map(({ name }) => name) : []));
  let prefix = 'asked_';
  while (taken.some((name) => name.startsWith(prefix))) prefix += '_';
  return prefix;
}

const nameNode = (value: string): NameNode => ({ kind: Kind.NAME, value });

const responseNameOf = ({ alias, name }: FieldNode): string => alias?.value ?? name.value;

const sorted = <T extends { readonly name: NameNode }>(nodes: readonly T[]): readonly T[] =>
  [...nodes].sort((one, other) => (one.name.value < other.name.value ? -1 : 1));

/** The same text for what selects the same value: the order of arguments and of an input's fields does not count. */
function signatureOf({ name, arguments: args }: FieldNode): string {
  if (!args?.length) return name.value;
  const ordered = args.map((argument) =>
    visit(argument, { ObjectValue: { leave: (node): ObjectValueNode => ({ ...node, fields: sorted(node.fields) }) } }),
  );
  return `${name.value}(${sorted(ordered).map(print).join()})`;
}

/** Response names that stand for different values in different places of a document. */
function sharedNamesOf(document: DocumentNode): ReadonlySet<string> {
  const signatures = new Map<string, string>();
  const shared = new Set<string>();
  visit(document, {
    Field: (field) => {
      const name = responseNameOf(field);
      const signature = signatureOf(field);
      if ((signatures.get(name) ?? signature) !== signature) shared.add(name);
      signatures.set(name, signature);
    },
  });
  return shared;
}

class Names implements ResponseNames {
  private readonly needed: ReadonlySet<string>;
  private readonly interfaceObjects: boolean;
  private readonly prefix: string;
  private readonly fetched: RegExp;
  private readonly documents = new WeakMap<DocumentNode, DocumentNames>();

  constructor(supergraph: Schema) {
    const { needed, interfaceObjects } = neededNamesOf(supergraph);
    this.needed = needed;
    this.interfaceObjects = interfaceObjects;
    this.prefix = freePrefix(supergraph);
    this.fetched = new RegExp(`^${this.prefix}[0-9a-f]{12}_(.*)_$`);
  }

  readonly askedAs = (name: string): string =>
    name.startsWith(this.prefix) ? (this.fetched.exec(name)?.[1] ?? name) : name;

  readonly variableAs = (name: string): string =>
    name === PLANNER_VARIABLE || name.startsWith(this.prefix) ? this.apart(name, name) : name;

  within(document: DocumentNode): DocumentNames {
    const known = this.documents.get(document);
    if (known) return known;
    const names = this.namesOf(document);
    this.documents.set(document, names);
    return names;
  }

  /** Differs for every name and value; the end keeps it from looking like an alias of the planner's. */
  private apart(name: string, signature: string): string {
    return `${this.prefix}${createHash('sha256').update(signature).digest('hex').slice(0, 12)}_${name}_`;
  }

  private isMistakable(name: string, field: FieldNode, shared: ReadonlySet<string>): boolean {
    // A property every object has would be found where nothing was fetched.
    if (name in Object.prototype) return true;
    // Under its own name and without arguments it is the very value the planner would ask for.
    if (name === field.name.value && !field.arguments?.length) return false;
    return this.needed.has(name) || shared.has(name) || name.startsWith(this.prefix) || PLANNER_ALIAS.test(name);
  }

  private namesOf(document: DocumentNode): DocumentNames {
    const shared = this.interfaceObjects ? sharedNamesOf(document) : new Set<string>();
    const fetchedAs = (field: FieldNode): string => {
      const name = responseNameOf(field);
      return this.isMistakable(name, field, shared) ? this.apart(name, signatureOf(field)) : name;
    };
    return {
      fetchedAs,
      separate: (part) =>
        visit(part, {
          Field: (field) => {
            const name = fetchedAs(field);
            return name === responseNameOf(field) ? undefined : { ...field, alias: nameNode(name) };
          },
          Variable: (variable) => {
            const name = this.variableAs(variable.name.value);
            return name === variable.name.value ? undefined : { ...variable, name: nameNode(name) };
          },
        }),
    };
  }
}

const known = new WeakMap<SupergraphGeneration, ResponseNames>();

/** The names of one generation of the supergraph, found out once. */
export function responseNamesOf(generation: SupergraphGeneration): ResponseNames {
  const names = known.get(generation) ?? new Names(generation.annotated);
  known.set(generation, names);
  return names;
}
