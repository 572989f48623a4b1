import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  type Architecture,
  BYTE_CHARACTERS,
  type Parameters,
  SPECIAL,
  SPECIAL_TOKENS,
  type WeightPrecision,
  type Window,
  writeBundle,
} from '../../src/engine/training';
import { randomParameters, TINY, TINY_WINDOW } from './tiny-network';

/** A valid byte-level BPE tokenizer.json: special tokens, the 256 bytes, and pairs of them up to the size. */
export function tinyTokenizer(vocabulary: number): string {
  const letters = BYTE_CHARACTERS.slice(97, 97 + 26);
  const pairs = letters.flatMap((left) => letters.map((right) => [left, right]));
  const merges = pairs.slice(0, vocabulary - SPECIAL_TOKENS.length - BYTE_CHARACTERS.length);
  const tokens = [...SPECIAL_TOKENS, ...BYTE_CHARACTERS, ...merges.map((pair) => pair.join(''))];
  const added = SPECIAL_TOKENS.map((content, id) => ({ id, content }));
  return byteLevelTokenizer(tokens, merges, added);
}

/**
 * A byte-level BPE tokenizer.json.
 *
 * @param tokens by their ids @param merges pairs, the earliest first @param added special tokens, anywhere among the ids
 */
export function byteLevelTokenizer(
  tokens: readonly string[],
  merges: readonly (readonly string[])[],
  added: readonly { readonly id: number; readonly content: string }[],
): string {
  return JSON.stringify({
    version: '1.0',
    added_tokens: added.map(({ id, content }) => ({ id, content, special: true })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges.map((pair) => pair.join(' ')),
    },
  });
}

const FOLDERS: string[] = [];

/** A fresh folder, removed when the tests of this process end. */
export function temporaryFolder(): string {
  if (FOLDERS.length === 0)
    process.once('exit', () =>
      FOLDERS.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })),
    );
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'llada-model-test-'));
  FOLDERS.push(folder);
  return folder;
}

/** Writes a bundle of a random network. */
export async function writeTinyBundle(
  folder: string,
  precision: WeightPrecision,
  {
    architecture = TINY,
    parameters = randomParameters(architecture),
    tokenizer = tinyTokenizer(architecture.vocabulary),
    window = TINY_WINDOW,
  }: { architecture?: Architecture; parameters?: Parameters; tokenizer?: string; window?: Window } = {},
): Promise<void> {
  await writeBundle(folder, {
    config: {
      format: 1,
      name: 'tiny',
      precision,
      architecture,
      window,
      specialTokens: SPECIAL,
      learned: { expand: false, remask: false, guidance: false },
      training: { steps: 0 },
    },
    parameters,
    tokenizer: Buffer.from(tokenizer),
    tokenizerConfig: Buffer.from('{"clean_up_tokenization_spaces": false}'),
    card: '# tiny\n\nRandom weights.\n',
  });
}

/** Gives a bundle another graph, which its config.json then describes. */
export function replaceGraph(folder: string, graph: Uint8Array): void {
  fs.writeFileSync(path.join(folder, 'model.onnx'), graph);
  const file = path.join(folder, 'config.json');
  const config = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    files: { graph: { bytes: number; sha256: string } };
  };
  config.files.graph.bytes = graph.length;
  config.files.graph.sha256 = createHash('sha256').update(graph).digest('hex');
  fs.writeFileSync(file, JSON.stringify(config));
}
