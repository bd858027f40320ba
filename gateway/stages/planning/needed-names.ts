import type { Schema } from '@apollo/federation-internals';

/** What in a supergraph makes the planner read, by plain names, what the client has not asked for. */
export interface NeededNames {
  /** Every name that stands in a key or in what a field requires. */
  readonly needed: ReadonlySet<string>;
  /** Whether a subgraph knows an interface as an object, and so tells none of its types apart. */
  readonly interfaceObjects: boolean;
}

const NAME = /[_A-Za-z]\w*/g;

export function neededNamesOf(supergraph: Schema): NeededNames {
  const needed = new Set(['__typename']);
  let interfaceObjects = false;
  const need = (fields: string | undefined): void => {
    for (const [name] of fields?.matchAll(NAME) ?? []) needed.add(name);
  };
  for (const type of supergraph.types()) {
    for (const directive of type.appliedDirectives) {
      if (directive.name !== 'join__type') continue;
      const { key, isInterfaceObject } = directive.arguments() as { key?: string; isInterfaceObject?: boolean };
      need(key);
      interfaceObjects ||= isInterfaceObject === true;
    }
    if (type.kind !== 'ObjectType' && type.kind !== 'InterfaceType') continue;
    for (const field of type.fields()) {
      for (const directive of field.appliedDirectives) {
        if (directive.name !== 'join__field') continue;
        need((directive.arguments() as { requires?: string }).requires);
      }
    }
  }
  return { needed, interfaceObjects };
}
