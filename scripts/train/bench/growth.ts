/** How the cost of a step grows with the network and with the length of its samples. */
import type { Architecture } from '../../../src/engine/training';
import { PRESETS } from '../settings/presets';
import type { Log } from './log';
import type { BatchShape } from './synthetic';
import { timeTraining } from './training';

export interface Growth {
  readonly parameters: number;
  readonly length: number;
  readonly tokensPerSecond: number | undefined;
  readonly teraflops: number | undefined;
  readonly peakGiB: number | undefined;
}

const BASE = PRESETS.base.architecture;

/** The shapes that the base network may grow to. */
export const GROWN = {
  '12 × 640': { ...BASE, layers: 12, width: 640, heads: 10, swiglu: 1728 },
  '12 × 768': { ...BASE, layers: 12, width: 768, heads: 12, swiglu: 2048 },
} as const satisfies Readonly<Record<string, Architecture>>;

const SIZES: readonly (readonly [name: string, config: Architecture])[] = [
  ['8 M', { ...BASE, layers: 6, width: 256, heads: 4, swiglu: 704 }],
  ['32 M', BASE],
  ['67 M', GROWN['12 × 640']],
  ['94 M', GROWN['12 × 768']],
  ['128 M', { ...BASE, layers: 16, width: 768, heads: 12, swiglu: 2112 }],
];

const LENGTHS = [256, 512, 1024] as const;

/** @param rows of the network per step: samples are fewer where they are longer */
export async function measureGrowth(
  log: Log,
  rows: number,
  steps: number,
  like: BatchShape,
): Promise<Growth[]> {
  const figures: Growth[] = [];
  const table: string[][] = [
    ['tokens/s (TFLOP/s, peak GiB)', ...LENGTHS.map((length) => `${length} tokens`)],
  ];
  for (const [name, config] of SIZES) {
    const cells: string[] = [];
    for (const length of LENGTHS) {
      const shape = {
        ...like,
        length,
        batch: Math.max(1, Math.round(rows / length)),
        vocabulary: config.vocabulary,
      };
      const { tokensPerSecond, teraflops, peakGiB } = await timeTraining(
        log,
        `${name}, ${length}`,
        config,
        shape,
        { steps },
        true,
      ).catch((error: unknown) => {
        log.line(`${name} at ${length} tokens failed: ${String(error)}`);
        return { tokensPerSecond: undefined, teraflops: undefined, peakGiB: undefined };
      });
      figures.push({ parameters: parametersOf(config), length, tokensPerSecond, teraflops, peakGiB });
      cells.push(
        tokensPerSecond === undefined
          ? 'failed'
          : `${Math.round(tokensPerSecond)} (${teraflops.toFixed(0)}, ${peakGiB.toFixed(1)})`,
      );
    }
    table.push([`${name} parameters`, ...cells]);
  }
  log.table(table);
  return figures;
}

function parametersOf({ layers, width, heads, headWidth, swiglu, vocabulary }: Architecture): number {
  return vocabulary * width + layers * (4 * width * heads * headWidth + 3 * width * swiglu);
}
