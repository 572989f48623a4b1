import { Random } from '../../../src/engine/index';
import { type Encode, FastBpe, tokenBytes, type Window } from '../../../src/engine/training';
import type { Batch } from '../network/network';
import { ROW_KIND } from '../ops/attention/row-kind';
import type { TokenizerFile } from '../tokenizer/tokenizer-files';
import { meanOfPower } from './mask-ratio';
import type { PackedCorpus, PackedDocument } from './packed-corpus';
import { buildSample, type Excerpt, type Sample, type SampleConfig } from './sample';

export interface BatchConfig extends SampleConfig {
  readonly window: Window;
  /** Share of the loss that goes to samples with context; the rest to those where all is a hole. */
  readonly holeWeight: number;
  /** Power of 1/t in a masked token's weight: 1 is equation 5 of LLaDA, 0 weighs all t alike. */
  readonly tPower: number;
  /** How often texts of a language are drawn beside their share of the corpus, at most 1; 1 where it is not named. */
  readonly languageWeights: Readonly<Record<string, number>>;
  /** Samples per batch. */
  readonly batch: number;
  /** Most predicted rows of a batch, as a share of all its rows; shapes on the device stay the same. */
  readonly predictedShare: number;
}

// Characters of a document looked at on each side of an anchor: more than any window can hold.
const EXCERPT_BYTES = 16_384;

/** Number in the whole run of the batch that is number `index` of one process's own; see `BatchStreamConfig.part`. */
export function batchNumber(
  { each, rank, size }: { readonly each: number; readonly rank: number; readonly size: number },
  index: number,
): number {
  return Math.floor(index / each) * each * size + rank * each + (index % each);
}

/**
 * Builds batch number `index` of a run: it depends on the seed and the index alone, whoever builds it.
 *
 * @param late whether it is for the last part of training
 */
export function buildBatch(
  corpus: PackedCorpus,
  encode: Encode,
  config: BatchConfig,
  seed: number,
  index: number,
  late = false,
): Batch {
  const random = new Random(seed * 4294967296 + index);
  const offset = random.uniform();
  const samples: Sample[] = [];
  while (samples.length < config.batch) {
    const u = (offset + samples.length / config.batch) % 1;
    const excerpt = drawExcerpt(corpus, config.languageWeights, random);
    const sample = buildSample(excerpt, encode, config.window, config, u, random, late);
    if (sample) samples.push(sample);
  }
  return assemble(samples, config, tokenWeights(samples, config), random);
}

/** The source of held-out samples; `bytes`: how many each token id writes. */
export interface HeldOutText {
  readonly corpus: PackedCorpus;
  readonly encode: Encode;
  readonly bytes: readonly number[];
}

export function heldOutText(corpus: PackedCorpus, tokenizer: TokenizerFile): HeldOutText {
  const bpe = new FastBpe(tokenizer);
  return {
    corpus,
    encode: (text) => bpe.encode(text),
    bytes: tokenBytes(tokenizer).map(({ length }) => length),
  };
}

/**
 * Held-out holes in their whole context at mask ratio t, weighted so that the loss is the bits per byte of their text.
 * With the same seed the holes are the same at every t.
 */
export function buildGridBatch(from: HeldOutText, config: BatchConfig, t: number, seed: number): Batch {
  const whole: BatchConfig = {
    ...config,
    holeShare: 1,
    dropHeader: 0,
    dropContext: 0,
    shortContext: 0,
    exactT: t,
    // Holes have half of the window at most.
    predictedShare: 0.5,
  };
  const samples: Sample[] = [];
  for (let index = 0; samples.length < config.batch; index++) {
    const random = new Random(seed * 4294967296 + index);
    const sample = buildSample(
      drawExcerpt(from.corpus, {}, random),
      from.encode,
      config.window,
      whole,
      0,
      random,
    );
    if (sample) samples.push(sample);
  }
  const bytesOf = ({ ids, contextRows, predicted }: Sample): number => {
    const shown = ids.subarray(contextRows).reduce((sum, id) => sum + from.bytes[id]!, 0);
    return predicted.reduce((sum, { target }) => sum + from.bytes[target]!, shown);
  };
  const bits = Math.LN2 * samples.reduce((sum, sample) => sum + bytesOf(sample), 0);
  return assemble(samples, whole, ({ t: share }) => 1 / (share * bits), new Random(seed));
}

/** Every byte of the corpus, its language's weight aside, is as likely as any other to be the anchor. */
function drawExcerpt(
  { bytes, documents }: PackedCorpus,
  weights: BatchConfig['languageWeights'],
  random: Random,
): Excerpt {
  if (bytes.length === 0) throw new Error('There is no text to make samples of.');
  let at: number;
  let document: PackedDocument;
  let weight: number;
  do {
    at = random.integer(bytes.length);
    document = documents[documentAt(documents, at)]!;
    weight = weights[document.lang] ?? 1;
  } while (weight < 1 && random.uniform() >= weight);
  const start = characterStart(bytes, Math.max(document.start, at - EXCERPT_BYTES));
  const anchor = characterStart(bytes, at);
  const end = characterStart(bytes, Math.min(document.end, at + EXCERPT_BYTES));
  // A copy: TextDecoder does not read shared memory.
  const decode = (from: number, to: number): string => Buffer.from(bytes.slice(from, to)).toString('utf8');
  const before = decode(start, anchor);
  return { path: document.path, text: before + decode(anchor, end), anchor: before.length };
}

function documentAt(documents: PackedCorpus['documents'], at: number): number {
  let low = 0;
  let high = documents.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (documents[middle]!.end <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Moves back to the first byte of a UTF-8 character. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}

function assemble(
  samples: readonly Sample[],
  config: BatchConfig,
  weightOf: (sample: Sample) => number,
  random: Random,
): Batch {
  const { batch, window } = config;
  const length = window.rows;
  const ids = new Int32Array(batch * length);
  const positions = new Int32Array(batch * length);
  const kinds = new Int32Array(batch * length);
  const predicted: { row: number; target: number; weight: number }[] = [];
  samples.forEach((sample, i) => {
    const first = i * length;
    ids.set(sample.ids, first);
    positions.set(sample.positions, first);
    kinds.fill(ROW_KIND.context, first, first + sample.contextRows);
    kinds.fill(ROW_KIND.hole, first + sample.contextRows, first + sample.ids.length);
    const weight = weightOf(sample);
    for (const { row, target, share } of sample.predicted)
      predicted.push({ row: first + row, target, weight: weight * share });
  });

  const most = Math.floor(batch * length * config.predictedShare);
  // Rows beyond the fixed number are left out at random and the others weigh more: the expectation stays.
  const scale = Math.max(1, predicted.length / most);
  while (predicted.length > most) {
    predicted[random.integer(predicted.length)] = predicted.at(-1)!;
    predicted.pop();
  }
  const rows = new Int32Array(most);
  const targets = new Int32Array(most);
  const weights = new Float32Array(most);
  predicted.forEach(({ row, target, weight }, i) => {
    rows[i] = row;
    targets[i] = target;
    weights[i] = weight * scale;
  });
  return { ids, positions, kinds, rows, targets, weights, batch, length };
}

/**
 * Weight of a masked token's cross-entropy: 1/t as in equation 5 of LLaDA, divided by the hole tokens of all samples of
 * its kind. Dividing by each sample's own, as the equation is written, lets a hole of two tokens count as much as a
 * whole window; the gradient was then mostly noise. With another power of t the whole is scaled so that the expected
 * sum of the weights stays 1.
 */
function tokenWeights(
  samples: readonly Sample[],
  { holeWeight, tPower, t }: BatchConfig,
): (sample: Sample) => number {
  const tokens = { withContext: 0, withoutContext: 0 };
  const kindOf = ({ contextRows }: Sample): keyof typeof tokens =>
    contextRows > 0 ? 'withContext' : 'withoutContext';
  for (const sample of samples) tokens[kindOf(sample)] += sample.holeTokens;
  const alone = tokens.withContext === 0 || tokens.withoutContext === 0;
  const share = alone
    ? { withContext: 1, withoutContext: 1 }
    : { withContext: holeWeight, withoutContext: 1 - holeWeight };
  const masked = tPower === 1 ? 1 : meanOfPower(t, 1 - tPower);
  return (sample) => share[kindOf(sample)] / (sample.t ** tPower * masked * tokens[kindOf(sample)]);
}
