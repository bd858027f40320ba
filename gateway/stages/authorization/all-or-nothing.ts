import { Refusal } from '../../refusal.js';
import type { Stage } from '../../request.js';
import type { AuthorizedOperation } from './authorization.js';

/** Header by which a client asks to be refused rather than answered in part; its only value is `reject`. */
export const UNAUTHORIZED_HEADER = 'x-unauthorized';

/** Whether an operation is to be refused when a part of it may not be seen. */
export type WantsAllOrNothing = (operation: AuthorizedOperation) => boolean;

/** What the client asked for itself. */
export const askedForAllOrNothing: WantsAllOrNothing = ({ caller }) => caller.allOrNothing === true;

/**
 * Refuses an operation of which something was cut, for clients that prefer nothing to a part. Everyone else gets
 * the part.
 */
export const createAllOrNothingStage =
  (wanted: WantsAllOrNothing = askedForAllOrNothing): Stage<AuthorizedOperation, AuthorizedOperation> =>
  async (operation) => {
    const { refusals } = operation;
    if (refusals.length === 0 || !wanted(operation)) return operation;
    const signInMissing = refusals.every(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED');
    const coordinates = [...new Set(refusals.map(({ extensions }) => String(extensions['coordinate'])))];
    throw new Refusal(
      signInMissing ? 'UNAUTHENTICATED' : 'UNAUTHORIZED_FIELD_OR_TYPE',
      signInMissing ? 'Sign in to do this' : `You are not allowed to use ${coordinates.join(', ')}`,
      { extensions: { coordinates, paths: refusals.map(({ path }) => path?.join('.') ?? '') } },
    );
  };
