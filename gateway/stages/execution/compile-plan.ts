import type { PlanNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { compileFetch } from './compile-fetch.js';
import { moveInto } from './cursor.js';
import { NotCompilableError } from './not-compilable.js';
import type { Step } from './plan-run.js';

const nothing: Step = async () => undefined;

/**
 * Turns a plan into functions, so that running it reads no plan any more.
 * @param schema the supergraph with everything hidden from clients
 * @throws {NotCompilableError} for what is left to the stock executor
 */
export function compilePlan(node: PlanNode | undefined, schema: GraphQLSchema): Step {
  if (!node) return nothing;
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, schema);
    case 'Flatten': {
      const inner = compilePlan(node.node, schema);
      const { path } = node;
      return async (run, cursor) => {
        const moved = moveInto(cursor, path);
        if (moved.objects.length > 0) await inner(run, moved);
      };
    }
    case 'Sequence': {
      const steps = node.nodes.map((child) => compilePlan(child, schema));
      return async (run, cursor) => {
        for (const step of steps) await step(run, cursor);
      };
    }
    case 'Parallel': {
      const steps = node.nodes.map((child) => compilePlan(child, schema));
      return async (run, cursor) => {
        await Promise.all(steps.map((step) => step(run, cursor)));
      };
    }
    case 'Condition': {
      const whenTrue = compilePlan(node.ifClause, schema);
      const whenFalse = compilePlan(node.elseClause, schema);
      const { condition } = node;
      return (run, cursor) => (run.coerced[condition] ? whenTrue : whenFalse)(run, cursor);
    }
    case 'Defer':
      throw new NotCompilableError('@defer');
  }
}
