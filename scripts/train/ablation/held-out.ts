import { FastBpe, tokenBytes } from '../../../src/engine/training';
import { mean } from '../report/mean';
import type { Prepared } from '../run/prepare';
import type { TrainingPreset } from '../settings/presets';
import { buildGridBatch } from '../samples/batch';
import type { PackedCorpus } from '../samples/packed-corpus';
import type { Trainer } from '../run/trainer';
import { T_GRID } from '../run/validation';
import { subset } from './subset';
import type { AblationRow } from './table';

/** Held-out bits per byte are told apart by language. */
const GROUPS = ['typescript', 'javascript', 'python', 'rest'] as const;
const GRID_SEEDS = [11, 12];

/** The same held-out holes for every run. */
export class HeldOut {
  readonly #groups: ReadonlyMap<string, PackedCorpus>;
  readonly #encode: (text: string) => number[];
  readonly #bytes: readonly number[];

  constructor(
    { valid, tokenizer }: Prepared,
    readonly samples: number,
  ) {
    const groupOf = (lang: string): string => GROUPS.find((group) => group === lang) ?? 'rest';
    this.#groups = new Map(
      GROUPS.map((group) => [group, subset(valid, ({ lang }) => groupOf(lang) === group)]),
    );
    const bpe = new FastBpe(tokenizer);
    this.#encode = (text) => bpe.encode(text);
    this.#bytes = tokenBytes(tokenizer).map(({ length }) => length);
  }

  /** Bits per byte of holes in their context, by language: the mean over a grid of mask ratios. */
  async bitsPerByte(trainer: Trainer, preset: TrainingPreset): Promise<AblationRow['bits']> {
    const bits: Record<string, number> = {};
    for (const [group, corpus] of this.#groups) {
      if (corpus.documents.length === 0) continue;
      const from = { corpus, encode: this.#encode, bytes: this.#bytes };
      const losses: number[] = [];
      for (const seed of GRID_SEEDS) {
        for (const t of T_GRID) {
          const batch = buildGridBatch(from, { ...preset.batch, batch: this.samples }, t, seed);
          losses.push(await trainer.evaluate(batch));
        }
      }
      bits[group] = mean(losses);
    }
    return bits;
  }
}
