import { expect, test } from '@jest/globals';
import { Histogram, Registry } from 'prom-client';
import { createTimings } from './timings.js';

const about = { name: 'seconds_taken', help: 'Time taken', labelNames: ['what', 'outcome'] as const, buckets: [0.01, 0.1, 1] };

test('timings are scraped as those of prom-client are', async () => {
  const theirs = new Registry();
  const histogram = new Histogram({ ...about, buckets: [...about.buckets], registers: [theirs] });
  const ours = new Registry();
  const timings = createTimings({ ...about, registry: ours });

  for (const [seconds, what, outcome] of [
    [0.005, 'read', 'ok'],
    [0.01, 'read', 'ok'],
    [0.5, 'read', 'failed'],
    [7, 'read', 'ok'],
    [0.02, 'write', 'ok'],
  ] as const) {
    histogram.observe({ what, outcome }, seconds);
    timings.observe(seconds, what, outcome);
  }

  /** Labels in any order mean the same to whoever scrapes. */
  const sorted = (text: string): readonly string[] =>
    text
      .split('\n')
      .map((line) => line.replace(/\{(.*)\}/, (_all, labels: string) => `{${labels.split(',').sort().join(',')}}`))
      .sort();
  expect(sorted(await ours.metrics())).toEqual(sorted(await theirs.metrics()));
});
