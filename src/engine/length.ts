import { Random } from './diffusion/random';
import { ban, sampleToken } from './diffusion/sampling';
import { SPECIAL } from './model/bundle-config';
import { throwIfCancelled, type Run, type Runtime } from './runtime';
import { holeRows } from './text/layout';

/** Lengths tried where a hole's own is not known and the bundle has not learned `[EXPAND]` and `[DELETE]`. */
const CANDIDATE_LENGTHS = [4, 8, 16, 32];
/** What a hole still to be guessed is taken for while another one's length is guessed. */
const PROVISIONAL_LENGTH = 8;

/**
 * Chooses the lengths of the holes that have none: of a few candidates the one whose all-masked canvas has the best
 * mean log-probability of its most probable tokens. All candidates of a hole are scored by one forward, as rows that
 * do not see each other on the same context.
 *
 * @returns tokens of each hole, in order
 */
export async function guessLengths(
  runtime: Runtime,
  run: Run,
  holes: readonly { readonly tokens: number | undefined; readonly limit: number }[],
): Promise<number[]> {
  const lengths = holes.map(({ tokens, limit }) => tokens ?? Math.min(PROVISIONAL_LENGTH, limit));
  for (const [hole, { tokens, limit }] of holes.entries()) {
    if (tokens !== undefined) continue;
    throwIfCancelled(run.signal);
    const within = CANDIDATE_LENGTHS.filter((length) => length <= limit);
    const candidates = within.length > 0 ? within : [limit];
    if (candidates.length > 1) {
      const scores = await scoreLengths(runtime, run, lengths, hole, candidates);
      lengths[hole] = candidates[scores.indexOf(Math.max(...scores))]!;
    } else {
      lengths[hole] = candidates[0]!;
    }
  }
  return lengths;
}

/** Mean log-probability of the most probable token over the hole's masks, for each candidate length. */
async function scoreLengths(
  { config, predictor, tokenizer }: Runtime,
  { layout, cache }: Run,
  lengths: readonly number[],
  hole: number,
  candidates: readonly number[],
): Promise<number[]> {
  const ids: number[] = [];
  const positions: number[] = [];
  const owners: number[] = [];
  const wanted: number[] = [];
  candidates.forEach((length, candidate) => {
    const holes = lengths.map((present, i) =>
      Array<number>(i === hole ? length : present).fill(SPECIAL.mask),
    );
    const rows = holeRows(layout, holes);
    for (let i = 0; i < length; i++) wanted.push(ids.length + rows.firstRows[hole]! + i);
    ids.push(...rows.ids);
    positions.push(...rows.positions);
    owners.push(...Array<number>(rows.ids.length).fill(candidate));
  });
  const logits = await predictor.predict(cache, {
    ids: Int32Array.from(ids),
    positions: Int32Array.from(positions),
    wanted: Int32Array.from(wanted),
    candidates: Int32Array.from(owners),
  });
  const { vocabulary } = config.architecture;
  const random = new Random(0); // greedy draws nothing from it
  let row = 0;
  return candidates.map((length) => {
    let sum = 0;
    for (let i = 0; i < length; i++, row++) {
      const rowLogits = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      ban(rowLogits, tokenizer.unwritable);
      const best = sampleToken(rowLogits, { kind: 'greedy' }, random);
      sum += Math.log(best.probability);
    }
    return sum / length;
  });
}
