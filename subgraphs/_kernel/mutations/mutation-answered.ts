import type { ErrorCode } from '../wire/error-codes.js';

/** What came of a mutation: done, refused for a reason the client was told, or failed on our side. */
export type MutationOutcome = 'done' | 'refused' | 'failed';

/** Somebody asked for a change, and was answered. Who, where and whence stand in the event's headers. */
export interface MutationAnswered {
  /** Name of the field, such as `inviteMember`. */
  readonly mutation: string;
  /** Who answered: a subgraph, or the gateway that turned it away. */
  readonly by: string;
  readonly outcome: MutationOutcome;
  /** Why it was not done; null when it was. */
  readonly code: ErrorCode | null;
  /** Global ids that were named in its arguments, at most 20; nothing else of them is kept. */
  readonly named: readonly string[];
}

export interface MutationEvents {
  'kernel.mutation_answered': MutationAnswered;
}
