import { EngineError } from '../../contract/errors';
import { SPECIAL_TOKENS } from '../../text/special-tokens';
import { Tokenizer } from '../../text/tokenizer';
import { fileBytes, weightLayout } from '../graph/weight-layout';
import { CONFIG_FILE, type BundleConfig, type BundleFile } from './bundle-config';
import {
  checkedConfig,
  checkedTokenizer,
  checkFile,
  checkGraph,
  damaged,
  readTokenizerJson,
} from './bundle-checks';
import type { BundleFiles } from './bundle-files';
import { parseConfig } from './parse-config';

/** A bundle of this project's own network, whose files have been checked. */
export interface Bundle {
  readonly files: BundleFiles;
  readonly config: BundleConfig;
  readonly tokenizer: Tokenizer;
}

/**
 * Checks a bundle: config.json field by field, every file's kind, size and SHA-256, that the graph needs nothing but
 * the bundle's own files, and that the tokenizer has the vocabulary that the network was made for.
 *
 * @param json what its config.json says
 * @throws EngineError `bundle-missing`, `bundle-damaged` or `tokenizer-mismatch`, naming the file and what to do
 */
export async function checkBundle(files: BundleFiles, json: unknown): Promise<Bundle> {
  const config = checkedConfig(files, json, parseConfig);
  checkWeightsSize(files, config);
  const all: readonly BundleFile[] = Object.values(config.files).flat();
  await Promise.all(all.map((file) => checkFile(files, file)));
  await checkGraph(files, config.files.graph, all);
  return { files, config, tokenizer: await readTokenizer(files, config) };
}

function checkWeightsSize(files: BundleFiles, { architecture, precision, files: named }: BundleConfig): void {
  const names = named.weights.map(({ name }) => name);
  const count = fileBytes(weightLayout(architecture, precision)).size;
  if (names.length !== 1 && names.length !== count) {
    const problem = `it names ${names.length} weights files, but its architecture needs one or ${count}`;
    throw damaged(files, CONFIG_FILE, problem);
  }
  const needed = fileBytes(weightLayout(architecture, precision, names));
  for (const { name, bytes } of named.weights) {
    if (bytes === needed.get(name)) continue;
    const problem = `it gives ${name} ${bytes} bytes, but its architecture needs ${needed.get(name)}`;
    throw damaged(files, CONFIG_FILE, problem);
  }
}

async function readTokenizer(files: BundleFiles, config: BundleConfig): Promise<Tokenizer> {
  const file = config.files.tokenizer;
  const json = await readTokenizerJson(files, file);
  const tokenizer = checkedTokenizer(files, file, () => new Tokenizer(json));
  const mismatch = (what: string): EngineError =>
    new EngineError(
      'tokenizer-mismatch',
      `The tokenizer ${files.pathOf(file.name)} does not belong to this model: ${what}. ` +
        'Get the whole bundle again, or export it with the tokenizer that it was trained with.',
    );
  const { vocabulary } = config.architecture;
  if (tokenizer.size !== vocabulary) {
    throw mismatch(`it has ${tokenizer.size} tokens and the network ${vocabulary}`);
  }
  SPECIAL_TOKENS.forEach((content, id) => {
    if (!json.added_tokens.some((token) => token.id === id && token.content === content)) {
      throw mismatch(`its token ${id} is not ${content}`);
    }
  });
  return tokenizer;
}
