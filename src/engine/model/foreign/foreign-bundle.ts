import { EngineError } from '../../contract/errors';
import { vocabularySize } from '../../text/token-bytes';
import { Tokenizer } from '../../text/tokenizer';
import {
  checkedConfig,
  checkedTokenizer,
  checkFile,
  checkGraph,
  damaged,
  readTokenizerJson,
} from '../bundle/bundle-checks';
import { CONFIG_FILE } from '../bundle/bundle-config';
import type { BundleFiles } from '../bundle/bundle-files';
import { inEngineIds } from '../bundle/engine-ids';
import { parseForeignConfig, type ForeignConfig } from './foreign-config';
import { foreignLayout, type ForeignLayout } from './foreign-layout';
import { silentTokens } from './foreign-tokens';

/** A bundle of an imported network, whose files have been checked. */
export interface ForeignBundle {
  readonly files: BundleFiles;
  readonly config: ForeignConfig;
  readonly layout: ForeignLayout;
  /** In the engine's ids: see `FIRST_ID`. */
  readonly tokenizer: Tokenizer;
}

/**
 * Checks a bundle of an imported network.
 *
 * @param json what its config.json says
 * @throws EngineError `bundle-missing`, `bundle-damaged` or `tokenizer-mismatch`
 */
export async function checkForeignBundle(files: BundleFiles, json: unknown): Promise<ForeignBundle> {
  const config = checkedConfig(files, json, parseForeignConfig);
  const layout = checkedConfig(files, config, ({ model, precision, blockSize }) =>
    foreignLayout(model, precision, blockSize),
  );
  const { graph, halfGraph, tokenizer, weights } = config.files;
  const asked = layout.files.map(({ name, bytes }) => `${name} of ${bytes} bytes`).join(', ');
  const given = weights.map(({ name, bytes }) => `${name} of ${bytes} bytes`).join(', ');
  if (given !== asked) throw damaged(files, CONFIG_FILE, `it lists ${given}; its model needs ${asked}`);
  const graphs = halfGraph ? [graph, halfGraph] : [graph];
  // One after the other: they are the whole of what a disk can give.
  for (const file of [...graphs, tokenizer, ...weights]) await checkFile(files, file);
  for (const file of graphs) await checkGraph(files, file, weights);
  return { files, config, layout, tokenizer: await readTokenizer(files, config) };
}

async function readTokenizer(files: BundleFiles, { files: named, model }: ForeignConfig): Promise<Tokenizer> {
  const json = await readTokenizerJson(files, named.tokenizer);
  const size = checkedTokenizer(files, named.tokenizer, () => vocabularySize(json));
  if (size > model.vocabulary) {
    throw new EngineError(
      'tokenizer-mismatch',
      `The tokenizer ${files.pathOf(named.tokenizer.name)} does not belong to this model: it has ${size} tokens and ` +
        `the network ${model.vocabulary}. Import the model again.`,
    );
  }
  const inIds = inEngineIds(json, model.vocabulary, silentTokens(model));
  return checkedTokenizer(files, named.tokenizer, () => new Tokenizer(inIds));
}
