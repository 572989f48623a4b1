import { EngineError } from '../../contract/errors';
import { vocabularySize } from '../../text/token-bytes';
import { Tokenizer } from '../../text/tokenizer';
import {
  checkedConfig,
  checkFile,
  checkGraph,
  checkedTokenizer,
  readTokenizerJson,
} from '../bundle/bundle-checks';
import type { BundleFiles } from '../bundle/bundle-files';
import { inEngineIds } from '../bundle/engine-ids';
import { parsePlainConfig, type PlainConfig } from './plain-config';

/** A bundle of somebody else's network, whose files have been checked. */
export interface PlainBundle {
  readonly files: BundleFiles;
  readonly config: PlainConfig;
  /** In the engine's ids: see `FIRST_ID`. */
  readonly tokenizer: Tokenizer;
}

/**
 * Checks a plain bundle.
 *
 * @param json what its config.json says
 * @throws EngineError `bundle-missing`, `bundle-damaged` or `tokenizer-mismatch`
 */
export async function checkPlainBundle(files: BundleFiles, json: unknown): Promise<PlainBundle> {
  const config = checkedConfig(files, json, parsePlainConfig);
  const { graph, tokenizer, data } = config.files;
  await Promise.all([graph, tokenizer, ...data].map((file) => checkFile(files, file)));
  await checkGraph(files, graph, data);
  return { files, config, tokenizer: await readTokenizer(files, config) };
}

async function readTokenizer(files: BundleFiles, config: PlainConfig): Promise<Tokenizer> {
  const file = config.files.tokenizer;
  const json = await readTokenizerJson(files, file);
  const size = checkedTokenizer(files, file, () => vocabularySize(json));
  if (size > config.vocabulary) {
    throw new EngineError(
      'tokenizer-mismatch',
      `The tokenizer ${files.pathOf(file.name)} does not belong to this model: it has ${size} tokens and the network ` +
        `${config.vocabulary}. Use the tokenizer.json that was published with the model.`,
    );
  }
  const { mask, eot } = config.tokens;
  const silent = eot === undefined ? [mask] : [mask, eot];
  return checkedTokenizer(files, file, () => new Tokenizer(inEngineIds(json, config.vocabulary, silent)));
}
