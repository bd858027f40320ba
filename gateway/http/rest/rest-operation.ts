import type { JsonObject } from '../../stages/execution/json.js';

/** What of an HTTP request an operation's variables are made from. */
export interface RestRequest {
  readonly query: Pick<URLSearchParams, 'get'>;
  /** The JSON object in the body; empty where there is none. */
  readonly body: JsonObject;
}

/** Of the JSON Schema that OpenAPI 3.1 speaks. */
export type Schema = Readonly<Record<string, unknown>>;

/** A REST route that is nothing but another form of one GraphQL operation. */
export interface RestOperation {
  readonly method: 'GET' | 'POST';
  readonly path: string;
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
  readonly parameters?: readonly Schema[];
  readonly requestSchema?: Schema;
  readonly answerSchema: Schema;
}
