import { register } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { jestExpect } from '@jest/expect';
import { createEmptyTestResult } from '@jest/test-result';
import { addEventHandler, getState, resetState, run } from 'jest-circus';
import { formatResultsErrors } from 'jest-message-util';
import { register as readTypeScript } from 'tsx/esm/api';

readTypeScript();
register('./resolve-globals.mjs', import.meta.url);

const JEST_TIMEOUT_MS = 5_000;
const STATUSES_UNRUN = { skip: 'pending', todo: 'todo' };
const COUNTERS = { passed: 'numPassingTests', failed: 'numFailingTests', pending: 'numPendingTests', todo: 'numTodoTests' };

/** What nobody has caught so far: promises with their reasons, and errors. */
const uncaught = new Map();
process.on('unhandledRejection', (reason, promise) => uncaught.set(promise, reason));
process.on('rejectionHandled', (promise) => uncaught.delete(promise));
process.on('uncaughtException', (error) => uncaught.set(error, error));

/** A rejection is told of in the turn after it; one that was handled in the end is none. */
async function takeUncaught() {
  await nextTurn();
  const errors = [...uncaught.values()];
  uncaught.clear();
  return errors;
}

addEventHandler(async ({ name, test }) => {
  if (name === 'test_start') jestExpect.setState({ currentTestName: test.name, suppressedErrors: [], assertionCalls: 0 });
  if (name !== 'test_done') return;
  const unmet = jestExpect.extractExpectedAssertionsErrors().map(({ error }) => error);
  test.errors.push(...unmet, ...jestExpect.getState().suppressedErrors, ...(await takeUncaught()));
});

function assertionOf({ testPath: [, ...names], status, duration, errors, invocations, numPassingAsserts, startedAt }) {
  return {
    ancestorTitles: names.slice(0, -1),
    title: names.at(-1),
    fullName: names.join(' '),
    status: STATUSES_UNRUN[status] ?? (errors.length > 0 ? 'failed' : 'passed'),
    duration,
    failureDetails: [],
    failureMessages: errors,
    invocations,
    location: null,
    numPassingAsserts,
    startAt: startedAt,
  };
}

/**
 * Runs a file of tests with Jest's own `describe`, `test` and `expect`, and lets Node load its modules: once in each
 * worker, where Jest would read, link and run them anew for every file, which is half of what all the files cost.
 * Files share modules in return: one that keeps something in a variable of its own keeps it for the next file.
 */
export default async function runTestFile(globalConfig, config, _environment, _runtime, testPath) {
  // Node knows the sources of what it has loaded; the runner's own reading of source maps does not.
  Error.prepareStackTrace = undefined;
  resetState();
  Object.assign(getState(), {
    testTimeout: globalConfig.testTimeout ?? config.testTimeout ?? JEST_TIMEOUT_MS,
    maxConcurrency: globalConfig.maxConcurrency,
    testNamePattern: globalConfig.testNamePattern ? new RegExp(globalConfig.testNamePattern, 'i') : null,
  });
  jestExpect.setState({ testPath, expand: globalConfig.expand });
  await import(pathToFileURL(testPath).href);
  const { testResults, unhandledErrors } = await run();
  const left = (await takeUncaught()).map((error) => error?.stack ?? String(error));
  const result = { ...createEmptyTestResult(), testFilePath: testPath, testResults: testResults.map(assertionOf) };
  for (const { status } of result.testResults) result[COUNTERS[status]] += 1;
  const failures = formatResultsErrors(result.testResults, config, globalConfig, testPath);
  const problems = [...unhandledErrors, ...left].join('\n');
  if (problems !== '') result.testExecError = { message: '', stack: problems };
  result.failureMessage = [failures, problems].filter(Boolean).join('\n\n') || null;
  return result;
}
