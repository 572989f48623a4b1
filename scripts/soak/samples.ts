import type { Engine } from '../../src/engine';
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

const PANELS: readonly { readonly title: string; readonly lines: readonly (keyof SoakSample)[] }[] = [
  { title: 'memory, MB', lines: ['engineMb', 'parentMb'] },
  { title: 'open files', lines: ['engineFiles', 'parentFiles'] },
  { title: 'a fill, ms', lines: ['p50', 'p95'] },
];
const COLOURS = ['#2563eb', '#dc2626'];
const WIDTH = 720;
const HEIGHT = 150;
const MARGIN = 40;

/** The samples as a picture: three charts over time. */
export function drawSamples(samples: readonly SoakSample[]): string {
  const last = Math.max(...samples.map(({ minute }) => minute), 1e-9);
  const charts = PANELS.map(({ title, lines }, panel) => {
    const top = panel * (HEIGHT + MARGIN) + MARGIN;
    const most = Math.max(...samples.flatMap((sample) => lines.map((line) => sample[line])), 1);
    const drawn = lines.map((line, i) => {
      const points = samples.map((sample) => {
        const x = MARGIN + (sample.minute / last) * (WIDTH - 2 * MARGIN);
        return `${x.toFixed(1)},${(top + HEIGHT * (1 - sample[line] / most)).toFixed(1)}`;
      });
      const label = `<text x="${MARGIN + 160 + 120 * i}" y="${top - 8}" fill="${COLOURS[i]!}">${line}</text>`;
      return `${label}<polyline fill="none" stroke="${COLOURS[i]!}" points="${points.join(' ')}"/>`;
    });
    const frame = `<rect x="${MARGIN}" y="${top}" width="${WIDTH - 2 * MARGIN}" height="${HEIGHT}" fill="none" stroke="#ccc"/>`;
    return `<text x="${MARGIN}" y="${top - 8}">${title}, up to ${most.toFixed(0)}</text>${frame}${drawn.join('')}`;
  });
  const height = PANELS.length * (HEIGHT + MARGIN) + MARGIN;
  const foot = `<text x="${MARGIN}" y="${height - 12}">${last.toFixed(1)} minutes</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${charts.join('')}${foot}</svg>\n`;
}
