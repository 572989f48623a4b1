import type { Engine } from '../../src/engine/index';
import { drawLineCharts, shortNumber } from '../../src/display/line-chart';
import { openFiles } from './soak';

/** One moment of a soak. Memory in MB, latencies of the fills since the last sample in milliseconds. */
export interface SoakSample {
  readonly minute: number;
  readonly engineMb: number;
  readonly parentMb: number;
  readonly engineFiles: number;
  readonly parentFiles: number;
  readonly p50: number;
  readonly p95: number;
}

/** Collects samples at intervals. */
export class SoakSamples {
  readonly samples: SoakSample[] = [];
  readonly #begun = performance.now();
  #last = -Infinity;
  #fills: number[] = [];

  constructor(private readonly everyMs: number) {}

  async add(fillMs: number | undefined, engine: Engine): Promise<void> {
    if (fillMs !== undefined) this.#fills.push(fillMs);
    const now = performance.now();
    if (now - this.#last < this.everyMs) return;
    this.#last = now;
    const { pid, residentBytes } = await engine.stats();
    const fills = this.#fills.sort((a, b) => a - b);
    this.samples.push({
      minute: (now - this.#begun) / 60_000,
      engineMb: residentBytes / 1e6,
      parentMb: process.memoryUsage().rss / 1e6,
      engineFiles: openFiles(pid) ?? 0,
      parentFiles: openFiles() ?? 0,
      p50: fills[Math.floor(fills.length * 0.5)] ?? 0,
      p95: fills[Math.floor(fills.length * 0.95)] ?? 0,
    });
    this.#fills = [];
  }
}

const CHARTS: readonly {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly (keyof SoakSample)[];
}[] = [
  { title: 'Memory', unit: 'MB', lines: ['engineMb', 'parentMb'] },
  { title: 'Open files', unit: 'files', lines: ['engineFiles', 'parentFiles'] },
  { title: 'A fill', unit: 'ms', lines: ['p50', 'p95'] },
];

/** The samples as a picture: three charts over time. */
export function drawSamples(samples: readonly SoakSample[]): string {
  const last = Math.max(...samples.map(({ minute }) => minute), 1e-9);
  return drawLineCharts(
    CHARTS.map(({ title, unit, lines }) => ({
      title,
      x: { label: 'minutes', last },
      y: { label: unit, format: shortNumber },
      series: lines.map((name) => ({
        name,
        dots: false,
        points: samples.map((sample) => ({ x: sample.minute, value: sample[name] })),
      })),
    })),
  );
}
