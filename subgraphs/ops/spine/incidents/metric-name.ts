/** The windows that detection counts in, shortest first, with their length in milliseconds. */
export const METRIC_WINDOWS = { '5m': 300_000, '15m': 900_000, '1h': 3_600_000 } as const;
export type MetricWindow = keyof typeof METRIC_WINDOWS;

export interface MetricName {
  /** What is counted: `failed_logins`. */
  readonly signal: string;
  /** Over how long; null when the name does not say. */
  readonly window: MetricWindow | null;
}

const WINDOW_SUFFIX = /^(.+)_(5m|15m|1h)$/;

/** `failed_logins_5m` → failed_logins over 5 minutes. Upper case is read as lower case. */
export function parseMetricName(name: string): MetricName {
  const lower = name.trim().toLowerCase();
  const parts = WINDOW_SUFFIX.exec(lower);
  return parts === null
    ? { signal: lower, window: null }
    : { signal: parts[1] ?? lower, window: parts[2] as MetricWindow };
}

export function formatMetricName({ signal, window }: MetricName): string {
  return window === null ? signal : `${signal}_${window}`;
}
