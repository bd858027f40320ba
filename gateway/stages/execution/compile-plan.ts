import type { PlanNode } from '@apollo/query-planner';
import { compileFetch } from './compile-fetch.js';
import { compilePath, moveInto } from './cursor.js';
import { NotCompilableError } from './not-compilable.js';
import type { PlanGround, Step } from './plan-run.js';

const nothing: Step = async () => undefined;

/**
 * Turns a plan into functions, so that running it reads no plan any more.
 * @throws {NotCompilableError} for what is left to the stock executor
 */
export function compilePlan(node: PlanNode | undefined, ground: PlanGround): Step {
  if (!node) return nothing;
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, ground);
    case 'Flatten': {
      const inner = compilePlan(node.node, ground);
      const path = compilePath(node.path);
      return async (run, cursor) => {
        const moved = moveInto(cursor, path);
        if (moved.objects.length > 0) await inner(run, moved);
      };
    }
    case 'Sequence': {
      const steps = node.nodes.map((child) => compilePlan(child, ground));
      return async (run, cursor) => {
        for (const step of steps) await step(run, cursor);
      };
    }
    case 'Parallel': {
      const steps = node.nodes.map((child) => compilePlan(child, ground));
      return async (run, cursor) => {
        await Promise.all(steps.map((step) => step(run, cursor)));
      };
    }
    case 'Condition': {
      const whenTrue = compilePlan(node.ifClause, ground);
      const whenFalse = compilePlan(node.elseClause, ground);
      const condition = ground.names.askedAs(node.condition);
      return (run, cursor) => (run.coerced[condition] ? whenTrue : whenFalse)(run, cursor);
    }
    default:
      // The planner makes no Defer nodes unless it is told to; others may come with another planner.
      throw new NotCompilableError(`a ${node.kind} node`);
  }
}
