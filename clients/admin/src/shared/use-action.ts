import { useState } from 'react';
import { useStepUp } from '../session/step-up.js';

interface Outcome {
  readonly __typename: string;
  readonly message?: string;
}

const failureOf = (error: unknown): Outcome => ({
  __typename: 'Failure',
  message: error instanceof Error ? error.message : 'The platform gave no answer',
});

/**
 * Does something to the platform, with a fresh proof of who is there where that is asked for.
 * @param done type of what it answers when it went well
 */
export function useAction<Done extends string>(done: Done) {
  const withStepUp = useStepUp();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  /** @returns what came of it; null when it was refused, which is said in `refusal`, or called off */
  const act = async <Result extends Outcome>(action: () => Promise<Result | null>): Promise<Extract<Result, { readonly __typename: Done }> | null> => {
    setRefusal(null);
    setBusy(true);
    const outcome = await withStepUp<Outcome>(action).catch(failureOf);
    setBusy(false);
    if (outcome?.__typename === done) return outcome as Extract<Result, { readonly __typename: Done }>;
    if (outcome) setRefusal(outcome.message ?? 'It was refused');
    return null;
  };
  return { act, busy, refusal, clear: () => setRefusal(null) };
}
