import type { ErrorCode } from '../../../subgraphs/_kernel/wire/error-codes.js';
import type { RouteMethod } from '../../../subgraphs/_kernel/wire/subgraph-route.js';
import type { JsonObject } from '../../stages/execution/json.js';

/** What of an HTTP request an operation's variables are made from. */
export interface RestRequest {
  readonly query: Pick<URLSearchParams, 'get'>;
  /** The JSON object in the body; empty where there is none. */
  readonly body: JsonObject;
  /** The one segment that follows the path; empty where none does. */
  readonly below: string;
  /** Value of the cookie that the operation names; empty where there is none. */
  readonly cookie: string;
}

/** A cookie that only these routes are sent back, and no script reads. */
export interface RestCookie {
  readonly value: string;
  /** 0 takes it away. */
  readonly seconds: number;
}

/** Of the JSON Schema that OpenAPI 3.1 speaks. */
export type Schema = Readonly<Record<string, unknown>>;

/** A REST route that is nothing but another form of one GraphQL operation. */
export interface RestOperation {
  readonly method: RouteMethod;
  readonly path: string;
  /** Name and meaning of the one segment that follows the path; nothing does when left out. */
  readonly below?: { readonly name: string; readonly description: string };
  /** One sentence, for the API's description. */
  readonly summary: string;
  readonly source: string;
  /** The operation's one root field. */
  readonly root: string;
  /** Type of what that gives when all went well. */
  readonly success: string;
  /** Only renames: the operation itself says what is amiss with a value. */
  readonly variablesOf: (request: RestRequest) => JsonObject;
  /** Only renames. @param value of the root field */
  readonly answerOf: (value: JsonObject) => JsonObject;
  /** What it means that the root field is null without an error; that it is broken when left out. */
  readonly absent?: { readonly code: ErrorCode; readonly message: string };
  /** A cookie that the operation reads or writes. What it reads counts only of requests that no foreign form can make. */
  readonly cookie?: {
    readonly name: string;
    /** Below which the browser sends it. */
    readonly path: string;
    /** What it is set to by a success. @param now epoch milliseconds */
    readonly setBy: (value: JsonObject, now: number) => RestCookie;
  };
  /** Status of a success; 200 when left out. */
  readonly status?: number;
  readonly parameters?: readonly Schema[];
  readonly requestSchema?: Schema;
  readonly answerSchema: Schema;
}
