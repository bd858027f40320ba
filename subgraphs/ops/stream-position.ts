import { ValidationError } from '../_kernel/errors/domain-error.js';
import { decodePosition, type Position } from '../_kernel/events/event.js';

/**
 * Where a subscription is to resume; undefined for from now on.
 * @throws {ValidationError} for a cursor that is not one of ours
 */
export function resumeFrom(after: string | null | undefined): Position | undefined {
  if (after == null) return undefined;
  const position = decodePosition(after);
  if (!position) throw ValidationError.of('after', 'is not a cursor of this subscription');
  return position;
}
