import fs from 'node:fs';
import path from 'node:path';
import { type BundleConfig, type Parameters, SPECIAL, writeBundle } from '../../../src/engine/training';

/** A trained network and what is known about it. */
export interface Trained extends Pick<
  BundleConfig,
  'name' | 'architecture' | 'window' | 'training' | 'learned'
> {
  readonly parameters: Parameters;
  /** Folder of tokenizer.json and tokenizer_config.json. */
  readonly tokenizerFolder: string;
  /** The model card, Markdown. */
  readonly card: string;
  /** The bundle's folder; what else lies in it is left alone. */
  readonly out: string;
}

/**
 * Writes the master bundle: matrices rounded to float16 (nearest, ties to even), gains in float32, the graph computing
 * in float32.
 *
 * @throws Error if a parameter is missing, of another shape, not finite or too large for float16
 * @throws EngineError `tokenizer-mismatch` if the tokenizer is not the one that the network was trained with
 */
export async function exportBundle(trained: Trained): Promise<void> {
  const { parameters, tokenizerFolder, card, out, name, architecture, window, training, learned } = trained;
  await writeBundle(out, {
    config: {
      format: 1,
      name,
      precision: 'f16',
      architecture,
      window,
      specialTokens: SPECIAL,
      learned,
      training,
    },
    parameters,
    tokenizer: fs.readFileSync(path.join(tokenizerFolder, 'tokenizer.json')),
    tokenizerConfig: fs.readFileSync(path.join(tokenizerFolder, 'tokenizer_config.json')),
    card,
  });
}
