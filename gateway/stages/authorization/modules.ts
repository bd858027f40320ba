import { isSwitchable, type SwitchableModule } from '../../../subgraphs/_kernel/flags/evaluation/known-flags.js';
import { subgraphsOfFields } from '../../supergraph/subgraphs-of-fields.js';
import type { SupergraphGeneration } from '../../supergraph/generation.js';
import type { ValidOperation } from '../validation/valid-operation.js';

/** Those of some modules that are switched off for whoever asks. */
export type ModulesOff = (caller: ValidOperation['caller'], among: readonly SwitchableModule[]) => readonly SwitchableModule[];

/** Fields that nobody but modules that can be switched off answers, with those modules. */
export type ModuleFields = ReadonlyMap<string, readonly SwitchableModule[]>;

export function moduleFieldsOf({ annotated }: SupergraphGeneration): ModuleFields {
  const fields = new Map<string, readonly SwitchableModule[]>();
  for (const [coordinate, subgraphs] of subgraphsOfFields(annotated)) {
    if (subgraphs.length > 0 && subgraphs.every(isSwitchable)) fields.set(coordinate, subgraphs);
  }
  return fields;
}

/** The fields of which every module is off. */
export const fieldsWithout = (fields: ModuleFields, off: readonly SwitchableModule[]): ReadonlySet<string> =>
  new Set([...fields].filter(([, modules]) => modules.every((module) => off.includes(module))).map(([coordinate]) => coordinate));
