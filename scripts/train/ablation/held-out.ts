import { mean } from '../report/mean';
import type { Prepared } from '../run/prepare';
import type { TrainingSettings } from '../settings/presets';
import { buildGridBatch, heldOutText, type HeldOutText } from '../samples/batch';
import type { Trainer } from '../run/trainer';
import { T_GRID } from '../run/validation';
import { subset } from './subset';
import type { AblationRow } from './table';

/** Held-out bits per byte are told apart by language. */
const GROUPS = ['typescript', 'javascript', 'python', 'rest'] as const;
const GRID_SEEDS = [11, 12];

/** The same held-out holes for every run. */
export class HeldOut {
  readonly #groups: ReadonlyMap<string, HeldOutText>;

  constructor(
    { valid, tokenizer }: Prepared,
    readonly samples: number,
  ) {
    const groupOf = (lang: string): string => GROUPS.find((group) => group === lang) ?? 'rest';
    const whole = heldOutText(valid, tokenizer);
    this.#groups = new Map(
      GROUPS.map((group) => [
        group,
        { ...whole, corpus: subset(valid, ({ lang }) => groupOf(lang) === group) },
      ]),
    );
  }

  /** Bits per byte of holes in their context, by language: the mean over a grid of mask ratios. */
  async bitsPerByte(trainer: Trainer, settings: TrainingSettings): Promise<AblationRow['bits']> {
    const bits: Record<string, number> = {};
    for (const [group, text] of this.#groups) {
      if (text.corpus.documents.length === 0) continue;
      const losses: number[] = [];
      for (const seed of GRID_SEEDS) {
        for (const t of T_GRID) {
          const batch = buildGridBatch(text, { ...settings.batch, batch: this.samples }, t, seed);
          losses.push(await trainer.evaluate(batch));
        }
      }
      bits[group] = mean(losses);
    }
    return bits;
  }
}
