import type { Histogram, Registry } from 'prom-client';

interface Series<Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  /** How many fell into each bucket, and into none of them at the end. */
  readonly counts: number[];
  sum: number;
  count: number;
}

export interface TimingsOf<Label extends string> {
  readonly name: string;
  readonly help: string;
  /** One or two; their values are few and ours. */
  readonly labelNames: readonly [Label] | readonly [Label, Label];
  /** Upper bounds in seconds, ascending. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

/** One line of what is scraped. */
interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** Durations by label values, in order of the label names. */
export interface Timings {
  observe(seconds: number, first: string, second?: string): void;
}

/**
 * A Prometheus histogram for what happens many times in every request. The one of prom-client checks its labels and
 * joins them to a key at each observation; here a series is found by the values themselves, and only whoever scrapes
 * has work. What is scraped is the same.
 */
export function createTimings<Label extends string>({ name, help, labelNames, buckets, registry }: TimingsOf<Label>): Timings {
  const found = new Map<string, Map<string, Series<Label>>>();

  const begin = (first: string, second: string): Series<Label> => {
    const values = [first, second];
    const labels = Object.fromEntries(labelNames.map((label, index) => [label, values[index]])) as Record<Label, string>;
    const series = { labels, counts: new Array<number>(buckets.length + 1).fill(0), sum: 0, count: 0 };
    const bySecond = found.get(first) ?? new Map<string, Series<Label>>();
    bySecond.set(second, series);
    found.set(first, bySecond);
    return series;
  };

  const valuesOf = ({ labels, counts, sum, count }: Series<Label>): Sample[] => {
    let upTo = 0;
    const filled = buckets.map((bound, index) => {
      upTo += counts[index] ?? 0;
      return { labels: { ...labels, le: bound }, value: upTo, metricName: `${name}_bucket` };
    });
    return [
      ...filled,
      { labels: { ...labels, le: '+Inf' }, value: count, metricName: `${name}_bucket` },
      { labels, value: sum, metricName: `${name}_sum` },
      { labels, value: count, metricName: `${name}_count` },
    ];
  };

  const metric = {
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    async get() {
      const all = [...found.values()].flatMap((bySecond) => [...bySecond.values()]);
      return { name, help, type: 'histogram', aggregator: 'sum', values: all.flatMap(valuesOf) };
    },
    reset: () => found.clear(),
  };
  // A registry asks no more of a metric than this.
  registry.registerMetric(metric as unknown as Histogram);

  return {
    observe(seconds, first, second = '') {
      const series = found.get(first)?.get(second) ?? begin(first, second);
      let bucket = 0;
      while (bucket < buckets.length && seconds > (buckets[bucket] ?? 0)) bucket += 1;
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
      series.sum += seconds;
      series.count += 1;
    },
  };
}
