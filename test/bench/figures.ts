// Medians and percentiles, and the table that the bench prints: a row a figure, vrrpd beside keepalived and the ratio.

/** The middle one; NaN of none. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** The value that `share` (0..1) of the values do not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** One figure; `values` are all samples, in `unit`. */
export interface Row {
  readonly title: string;
  readonly unit: string;
  readonly vrrpd: readonly number[];
  readonly keepalived?: readonly number[];
  /** What vrrpd is to reach. */
  readonly target?: number;
}

/** The table as text; the medians with the range of the samples behind them. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ title, unit, vrrpd, keepalived, target }) => [
    title,
    unit,
    spread(vrrpd),
    keepalived ? spread(keepalived) : '-',
    keepalived && median(keepalived) > 0 ? (median(vrrpd) / median(keepalived)).toPrecision(2) : '-',
    target === undefined ? '-' : `${target}${median(vrrpd) <= target ? '' : ' MISSED'}`,
  ]);
  const all = [['figure', 'unit', 'vrrpd', 'keepalived', 'ratio', 'target'], ...cells];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function spread(values: readonly number[]): string {
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map((value) =>
    Number(value.toPrecision(4)),
  );
  return values.length === 1 ? String(middle) : `${middle} (${low}..${high})`;
}
