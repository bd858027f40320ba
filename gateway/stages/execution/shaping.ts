import type { JsonObject } from './json.js';

/** A place where a subgraph's answer does not keep the schema's promise. */
export interface Violation {
  readonly message: string;
  /** From the innermost place outwards while shaping; reversed once, when it is read. */
  readonly path: (string | number)[];
}

/** What is found out while one answer is shaped. */
export interface Shaping {
  readonly violations: Violation[];
  /** Answers to `__schema` and `__type`, by response name. */
  readonly introspection: JsonObject;
}
