import { stepOf } from '../definition/definition.js';
import { arrivalOf, typedStep, type Blueprint } from './engine.js';
import type { Actor, HistoryEntry, RunState } from './entry.js';

export type MigrationPlan =
  { readonly ok: true; readonly entry: HistoryEntry } | { readonly ok: false; readonly reason: string };

/**
 * What would become of a run in another version of its workflow. It begins the step that takes the place of its own
 * anew: votes and assignments there are gone, what steps were given stays.
 * @param mapping which step takes the place of which; those of one name do, unless it says otherwise
 */
export function planMigration(
  from: Blueprint & { readonly version: number },
  to: Blueprint & { readonly version: number },
  state: RunState,
  of: { readonly mapping: ReadonlyMap<string, string>; readonly actor: Actor; readonly now: Date },
): MigrationPlan {
  const refuse = (reason: string): MigrationPlan => ({ ok: false, reason });
  if (state.status !== 'RUNNING') return refuse('It is over');
  if (from.version === to.version) return refuse('It runs in this version already');
  const { type } = typedStep(from, state.step);
  if (type.nature === 'EFFECT') return refuse(`The platform is at work in ${state.step}; try again in a moment`);
  const key = of.mapping.get(state.step) ?? state.step;
  const step = stepOf(to.definition, key);
  if (!step) return refuse(`Version ${to.version} has no step ${key}; map ${state.step} to another`);
  const target = typedStep(to, key);
  if (target.type.nature !== type.nature) return refuse(`${state.step} cannot become ${key}, which is a ${step.type}`);
  const { actor, now } = of;
  const body = { kind: 'MIGRATED', fromVersion: from.version, toVersion: to.version, ...arrivalOf(step, state.starterId) } as const;
  return { ok: true, entry: { ...body, sequence: state.revision + 1, at: now.toISOString(), actor } };
}
