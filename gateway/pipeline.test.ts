import { describe, expect, test } from '@jest/globals';
import { startWith, type Pipeline, type Stages } from './pipeline.js';

describe('the pipeline', () => {
  test('runs its stages in the order they are named, each on what the one before returned', async () => {
    const way = startWith(async (text: string) => text.length).then(async (length) => length * 2);
    await expect(way.run('abc')).resolves.toBe(6);
  });

  test('does not compile in a wrong order', () => {
    // Never called: that it has to be marked as an error is the test, and the type check runs it.
    const inWrongOrder = (stages: Stages): Partial<Pipeline> => ({
      // @ts-expect-error -- a token is read before it is known inside which tenant
      identify: startWith(stages.authentication).then(stages.tenant).run,
      // @ts-expect-error -- planned before it was authorized
      answer: startWith(stages.planning).then(stages.authorization).then(stages.execution).run,
      // @ts-expect-error -- executed without a plan
      follow: startWith(stages.authorization).then(stages.subscriptions).run,
      // @ts-expect-error -- bounded before it is known who asks
      bound: startWith(stages.tenant).then(stages.limits).run,
    });
    expect(inWrongOrder).toBeInstanceOf(Function);
  });
});
