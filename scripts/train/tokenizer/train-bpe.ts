import { SPECIAL_TOKENS } from '../../../src/engine/training';
import { readReport } from '../corpus/shards';
import { CorpusError } from '../corpus/types';
import { learnMerges } from './merges';
import { PieceCounts } from './pieces';
import { sampleTexts } from './sample';
import { tokenizerJson, writeTokenizer, type TokenizerFile } from './tokenizer-files';

const SMALLEST = SPECIAL_TOKENS.length + 256;
/** A symbol is kept in two bytes. */
const LARGEST = SPECIAL_TOKENS.length + 65536;
/** Bytes of text that merges are learned from. */
const SAMPLE = 120e6;

export interface TokenizerProgress {
  /** Counting pieces, in bytes of text; then merging, in tokens. */
  readonly stage: 'count' | 'merge';
  readonly done: number;
  readonly total: number;
}

export interface TrainBpeOptions {
  /** Tokens in all, the special ones included. */
  readonly vocabulary: number;
  /** Bytes the documents will come to, for the progress; 0 when not known. */
  readonly bytes?: number;
  readonly onProgress?: ((progress: TokenizerProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TrainedTokenizer {
  readonly json: TokenizerFile;
  /** Tokens there are: fewer than asked for only when the texts have no more pairs that occur twice. */
  readonly vocabulary: number;
  /** Bytes of text it was learned from. */
  readonly bytes: number;
}

/**
 * Learns a byte-level BPE tokenizer. The order of the documents does not matter.
 *
 * @throws RangeError for a vocabulary it cannot have; the signal's reason when aborted
 */
export async function trainBpe(
  documents: AsyncIterable<{ readonly text: string }> | Iterable<{ readonly text: string }>,
  { vocabulary, bytes: total = 0, onProgress, signal }: TrainBpeOptions,
): Promise<TrainedTokenizer> {
  if (!Number.isInteger(vocabulary) || vocabulary < SMALLEST || vocabulary > LARGEST)
    throw new RangeError(
      `A vocabulary of ${vocabulary} tokens is not possible. Choose ${SMALLEST} to ${LARGEST}.`,
    );
  const pieces = new PieceCounts();
  let bytes = 0;
  for await (const { text } of documents) {
    signal?.throwIfAborted();
    pieces.add(text);
    bytes += Buffer.byteLength(text);
    onProgress?.({ stage: 'count', done: bytes, total: Math.max(total, bytes) });
  }
  const merges = await learnMerges(pieces.counts, vocabulary - SPECIAL_TOKENS.length, (made) => {
    signal?.throwIfAborted();
    onProgress?.({ stage: 'merge', done: SPECIAL_TOKENS.length + made, total: vocabulary });
  });
  return { json: tokenizerJson(merges), vocabulary: SPECIAL_TOKENS.length + merges.symbols.length, bytes };
}

/**
 * Learns a tokenizer from a sample of a corpus's train split, balanced by language and always the same, and writes
 * tokenizer.json and tokenizer_config.json.
 *
 * @throws CorpusError `not-built` when `corpus` holds no finished corpus
 */
export async function trainTokenizer(
  corpus: string,
  out: string,
  options: Omit<TrainBpeOptions, 'bytes'>,
): Promise<TrainedTokenizer> {
  const there = readReport(corpus)?.splits.train;
  if (!there)
    throw new CorpusError(
      'not-built',
      `${corpus} holds no finished corpus. Build it first, with npm run train-model.`,
    );
  const bytes = Math.min(
    SAMPLE,
    Object.values(there).reduce((sum, amount) => sum + amount.bytes, 0),
  );
  const trained = await trainBpe(sampleTexts(corpus, there, SAMPLE), { ...options, bytes });
  writeTokenizer(out, trained.json);
  return trained;
}
