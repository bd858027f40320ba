import type { ResponsePath } from '@apollo/query-planner';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { FetchNode } from '@apollo/query-planner';
import type { JsonObject } from './json.js';

/** One execution of a compiled plan. */
export interface PlanRun {
  /** As the client sent them; what goes to subgraphs. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Coerced, with defaults; what conditions are decided by. */
  readonly coerced: Readonly<Record<string, unknown>>;
  readonly data: JsonObject;
  readonly errors: GraphQLError[];
  /** Rejects when the subgraph cannot be reached or the deadline has passed. */
  readonly fetch: (node: FetchNode, variables: JsonObject) => Promise<ExecutionResult>;
  /** Turns what went wrong into what the client may know, and logs the rest. */
  readonly mask: (problem: FetchProblem) => GraphQLError;
}

export interface FetchProblem {
  readonly subgraph: string;
  /** An error of the subgraph's answer, or whatever was thrown on the way to it. */
  readonly cause: unknown;
  readonly path: ResponsePath | undefined;
}

/** Where in the data a step works: the objects, and the plan's path that leads to them. */
export interface Cursor {
  readonly path: ResponsePath;
  readonly objects: readonly JsonObject[];
}

export type Step = (run: PlanRun, cursor: Cursor) => Promise<void>;
