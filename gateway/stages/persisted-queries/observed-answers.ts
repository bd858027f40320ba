import type { ExecutionResult } from 'graphql';
import type { Stage } from '../../request.js';
import type { Operation } from '../limits/limits.js';
import type { OperationUses } from './operation-uses.js';
import { toldOfRetirement } from './refusals.js';

const withWarning = (result: ExecutionResult, { registered }: Operation): ExecutionResult =>
  registered?.retirement
    ? { ...result, extensions: { ...result.extensions, deprecation: toldOfRetirement(registered.retirement) } }
    : result;

/** Measures how long operations take, and says in the answer when one of them goes. */
export const observeAnswers =
  <In extends Operation>(answer: Stage<In, ExecutionResult>, uses: OperationUses): Stage<In, ExecutionResult> =>
  async (operation) => {
    const begun = performance.now();
    const result = await answer(operation);
    uses.answered(operation.registered ?? null, result.errors?.length ? 'failed' : 'ok', (performance.now() - begun) / 1000);
    return withWarning(result, operation);
  };

const isStream = (value: object): value is AsyncGenerator<ExecutionResult, void, void> => Symbol.asyncIterator in value;

type StreamOrRefusal = AsyncGenerator<ExecutionResult, void, void> | ExecutionResult;

/** Says with every event when the operation goes. */
export const warnOfRetirement =
  <In extends Operation>(follow: Stage<In, StreamOrRefusal>): Stage<In, StreamOrRefusal> =>
  async (operation) => {
    const stream = await follow(operation);
    if (!isStream(stream) || !operation.registered?.retirement) return stream;
    const next = stream.next.bind(stream);
    // The stream itself goes on, so that leaving it works as before.
    stream.next = async () => {
      const event = await next();
      return event.done ? event : { done: false, value: withWarning(event.value, operation) };
    };
    return stream;
  };
