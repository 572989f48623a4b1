import os from 'node:os';

/** One line of the table; milliseconds. */
export interface BenchRow {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
  readonly least: number;
  readonly most: number;
  readonly n: number;
}

/** The measurements, as `npm run bench -- --json` prints them. */
export interface BenchReport {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly platform: string;
    readonly node: string;
    /** Processes that wanted a core, on average over the last minute, at the end. */
    readonly load: number;
  };
  readonly provider: string;
  readonly bundle: string;
  readonly precision: string;
  readonly windowRows: number;
  /** Graph runs of a `fill`, those for context and length included, on average. */
  readonly fillForwards: number;
  /** Longest that this process's event loop stood still during a fill, ms. */
  readonly parentBlockedMs: number;
  /** Most memory that the engine process has held, bytes. */
  readonly enginePeakBytes: number;
  readonly rows: readonly BenchRow[];
}

export function describeMachine(): BenchReport['machine'] {
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    load: os.loadavg()[0]!,
  };
}

/** Percentiles by nearest rank. */
export function summarize(name: string, values: readonly number[]): BenchRow {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return { name, p50: at(0.5), p95: at(0.95), least: at(0), most: at(1), n: sorted.length };
}

/** Lines of a table. */
export function rowsTable(rows: readonly BenchRow[]): string[] {
  const cells = rows.map((row) => [
    row.name,
    ...[row.p50, row.p95, row.least, row.most].map((ms) => ms.toFixed(1)),
    String(row.n),
  ]);
  const all = [['ms', 'p50', 'p95', 'least', 'most', 'n'], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  return all.map((line) =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
}

export function table({ machine, rows, ...report }: BenchReport): string {
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  return [
    `${machine.cpu}, ${machine.cores} cores, ${megabytes(machine.memoryBytes)}, ${machine.platform}, Node ${machine.node}, load ${machine.load.toFixed(1)}`,
    `${report.bundle} (${report.precision}) on ${report.provider}, window of ${report.windowRows} rows`,
    '',
    ...rowsTable(rows),
    '',
    `A fill took ${report.fillForwards.toFixed(1)} forwards on average.`,
    `Event loop of the parent blocked for at most ${report.parentBlockedMs.toFixed(1)} ms during a fill.`,
    `Engine process at most ${megabytes(report.enginePeakBytes)}.`,
  ].join('\n');
}
