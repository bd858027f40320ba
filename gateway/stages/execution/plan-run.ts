import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import type { ResponseNames } from '../planning/response-names.js';
import type { JsonObject } from './json.js';

/** What a plan is compiled for. */
export interface PlanGround {
  /** The supergraph with everything hidden from clients. */
  readonly schema: GraphQLSchema;
  /** Names of its interfaces: what a subgraph may know of an object instead of its type. */
  readonly interfaces: ReadonlySet<string>;
  readonly names: ResponseNames;
}

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

/** One step of a plan's path: into a list or a field, then only on with objects of certain types. */
interface PathStep {
  /** Null where the path only restricts the types of the objects it begins with. */
  readonly key: string | null;
  readonly isList: boolean;
  readonly types: ReadonlySet<string> | null;
}

export type CursorPath = readonly PathStep[];

/** Where in the data a step works: the objects, and the plan's path that leads to them. */
export interface Cursor {
  readonly path: CursorPath;
  readonly objects: readonly JsonObject[];
}

export type Step = (run: PlanRun, cursor: Cursor) => Promise<void>;
