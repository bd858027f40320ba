/** What one contestant did with one operation in one round. */
export interface Round {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the gateway's CPU for one request. */
  readonly cpu: number;
  /** Share of one core that the gateway used. */
  readonly busy: number;
  readonly failures: number;
}

export interface Row {
  readonly title: string;
  readonly rounds: readonly Round[];
}

const COLUMNS = ['', 'req/s', '×', 'p50 ms', 'p99 ms', 'p99 ÷', 'CPU µs/req', 'CPU ÷', 'busy', 'failed'] as const;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

const medianRound = (rounds: readonly Round[]): Round => {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  return {
    perSecond: of((round) => round.perSecond),
    p50: of((round) => round.p50),
    p99: of((round) => round.p99),
    cpu: of((round) => round.cpu),
    busy: of((round) => round.busy),
    failures: rounds.reduce((sum, { failures }) => sum + failures, 0),
  };
};

/** A table of medians; `×` is how many times the first row's requests, `÷` the first row's share of time. */
export function tableOf(title: string, rows: readonly Row[]): string {
  const medians = rows.map(({ rounds }) => medianRound(rounds));
  const [base] = medians;
  const cells = medians.map((round, index) => [
    rows[index]?.title ?? '',
    round.perSecond.toFixed(0),
    (round.perSecond / (base?.perSecond ?? 1)).toFixed(2),
    round.p50.toFixed(2),
    round.p99.toFixed(2),
    ((base?.p99 ?? 1) / round.p99).toFixed(1),
    round.cpu.toFixed(0),
    ((base?.cpu ?? 1) / round.cpu).toFixed(1),
    `${(round.busy * 100).toFixed(0)} %`,
    String(round.failures),
  ]);
  const widths = COLUMNS.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ');
  return [title, line(COLUMNS), ...cells.map(line)].join('\n');
}
