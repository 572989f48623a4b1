import path from 'node:path';
import { SPECIAL_TOKENS, type TokenizerJson } from '../../../src/engine/training';
import { writeWhole } from '../corpus/json-lines';
import type { Merges } from './merges';
import { PIECE_PATTERN } from './pieces';

/** The rest of what Hugging Face's tokenizers want to find. */
export interface TokenizerFile extends TokenizerJson {
  readonly [field: string]: unknown;
}

/** tokenizer.json: the special tokens first, then the 256 bytes, then the results of merges. */
export function tokenizerJson({ symbols, pairs }: Merges): TokenizerFile {
  const tokens = [...SPECIAL_TOKENS, ...symbols];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: PIECE_PATTERN }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: pairs.map(([left, right]) => `${symbols[left]!} ${symbols[right]!}`),
    },
  } as TokenizerFile;
}

/** Without `clean_up_tokenization_spaces: false`, decoding drops spaces before punctuation. */
const TOKENIZER_CONFIG = {
  tokenizer_class: 'PreTrainedTokenizerFast',
  clean_up_tokenization_spaces: false,
  pad_token: SPECIAL_TOKENS[0],
  mask_token: SPECIAL_TOKENS[1],
  eos_token: SPECIAL_TOKENS[2],
  additional_special_tokens: SPECIAL_TOKENS.slice(3),
};

/** Writes tokenizer.json and tokenizer_config.json. */
export function writeTokenizer(folder: string, json: TokenizerFile): void {
  writeWhole(path.join(folder, 'tokenizer_config.json'), `${JSON.stringify(TOKENIZER_CONFIG, null, 2)}\n`);
  writeWhole(path.join(folder, 'tokenizer.json'), `${JSON.stringify(json, null, 1)}\n`);
}
