import type { LengthSearch } from '../../contract/requests';
import type { CellStart } from '../../diffusion/canvas';
import { Random } from '../../diffusion/random';
import { sampleToken } from '../../diffusion/sampling';
import type { RunningRequest } from '../running-request';
import type { Runtime } from '../../model/runtime/runtime';
import { climbToLength } from './calibrated-length';
import { cellsOf, UNKNOWN, type HolePlan } from './hole-plan';
import type { KnownLogits } from './known-logits';
import { predict, tokenIds } from './predict';

/**
 * Lengths tried where a run's own is not known and the bundle has not learned `[EXPAND]` and `[DELETE]`: those that most
 * lines and ends of lines have, and together, each with its `[END]`, no more rows than one run of the graph takes.
 */
const TRIED_LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20];
/** The mean log-probability falls with the length; this times ln n makes up for it. Fitted, see docs/notebook/length.md. */
const LENGTH_BONUS = 0.5;
/** Lengths that candidates begin with under DreamOn's loop; its authors begin with 4 masks. */
const DREAMON_LENGTHS = [4, 8, 16, 32];
/** The tokens that a run still to be guessed is taken for while another one's length is guessed. */
const PROVISIONAL_LENGTH = 8;

/** The cells of each hole with so many masks in each run of unknown length, or as many as it may have. */
export function elasticCells(plans: readonly HolePlan[], masks: number): CellStart[][] {
  return plans.map((plan) => {
    const unknown = plan.parts.filter((part) => part === UNKNOWN).length;
    return cellsOf(plan, Array<number>(unknown).fill(Math.min(masks, longest(plan))));
  });
}

/**
 * Chooses the lengths of the runs of masks that have none, for a bundle that cannot change them by itself: of a few the one
 * whose all-masked canvas has the best mean log-probability of its most probable tokens, longer ones favoured a little, or
 * the one that CAL finds. All lengths of a few are scored by one forward, as rows that do not see each other on the same
 * context. DreamOn's own loop begins with the lengths of its authors.
 *
 * @param request the first of its candidates has the best length of each run, the next the second best, and so on round
 * @param known gets the logits of the canvases scored last
 * @returns for each candidate the cells of each hole
 */
export async function guessedCells(
  runtime: Runtime,
  run: RunningRequest,
  plans: readonly HolePlan[],
  {
    candidates,
    lengthSearch = 'guess',
  }: { readonly candidates: number; readonly lengthSearch?: LengthSearch | undefined },
  known: KnownLogits,
): Promise<CellStart[][][]> {
  const { expand } = runtime.config.learned;
  const ranked = plans.map((plan) => possibleLengths(plan, expand ? DREAMON_LENGTHS : TRIED_LENGTHS));
  if (!expand) await rankLengths(runtime, run, plans, ranked, lengthSearch, known);
  return Array.from({ length: candidates }, (_, candidate) =>
    plans.map((plan, hole) =>
      cellsOf(
        plan,
        ranked[hole]!.map((best) => best[candidate % best.length]!),
      ),
    ),
  );
}

/** Sorts the lengths of each run, best first. */
async function rankLengths(
  runtime: Runtime,
  run: RunningRequest,
  plans: readonly HolePlan[],
  ranked: readonly number[][][],
  search: LengthSearch,
  known: KnownLogits,
): Promise<void> {
  const lengths = ranked.map((runs) =>
    runs.map((possible) => Math.min(PROVISIONAL_LENGTH, possible.at(-1)!)),
  );
  for (const [hole, runs] of ranked.entries()) {
    for (const [part, tried] of runs.entries()) {
      const probabilities = (some: readonly number[]): Promise<number[][]> =>
        mostProbable(runtime, run, plans, lengths, { hole, part, tried: some }, known);
      if (search === 'cal') {
        const confidenceAt = async (length: number): Promise<number> =>
          mean((await probabilities([length]))[0]!);
        runs[part] = await climbToLength(confidenceAt, longest(plans[hole]!));
      } else if (tried.length > 1) {
        const scores = (await probabilities(tried)).map(scoreOf);
        runs[part] = [...tried.keys()].sort((a, b) => scores[b]! - scores[a]!).map((i) => tried[i]!);
      }
      lengths[hole]![part] = runs[part]![0]!;
    }
  }
}

/** For each run of unknown length the lengths it may have. */
function possibleLengths({ parts, limit }: HolePlan, lengths: readonly number[]): number[][] {
  const unknown = parts.filter((part) => part === UNKNOWN).length;
  const most = longest({ parts, limit });
  const within = lengths.filter((length) => length <= most);
  return Array.from({ length: unknown }, () => (within.length > 0 ? [...within] : [most]));
}

/** Most cells that each run of unknown length may have. */
function longest({ parts, limit }: HolePlan): number {
  const unknown = parts.filter((part) => part === UNKNOWN).length;
  const known = parts.reduce((sum, part) => sum + (part === UNKNOWN ? 0 : part.length), 0);
  return Math.floor((limit - known) / Math.max(1, unknown));
}

/** Mean log-probability over a run's masks, and the bonus. */
function scoreOf(probabilities: readonly number[]): number {
  return mean(probabilities.map(Math.log)) + LENGTH_BONUS * Math.log(probabilities.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** For each length tried, the probability of the most probable token at each of the run's masks. */
async function mostProbable(
  runtime: Runtime,
  run: RunningRequest,
  plans: readonly HolePlan[],
  lengths: readonly (readonly number[])[],
  { hole, part, tried }: { hole: number; part: number; tried: readonly number[] },
  known: KnownLogits,
): Promise<number[][]> {
  const first = startOfRun(plans[hole]!, lengths[hole]!, part);
  const asks = tried.map((length) => {
    const all = lengths.map((runs, h) => runs.map((own, p) => (h === hole && p === part ? length : own)));
    return {
      holes: tokenIds(plans.map((plan, h) => cellsOf(plan, all[h]!))),
      wanted: Array.from({ length }, (_, i) => ({ hole, index: first + i })),
    };
  });
  const random = new Random(0); // greedy draws nothing from it
  return (await predict(runtime, run, asks)).map((rows, i) => {
    known.add(asks[i]!, rows);
    return rows.map((row) => {
      const changed = row.copy();
      changed.ban(runtime.tokenizer.unwritable);
      return sampleToken(changed, { kind: 'greedy' }, random).probability;
    });
  });
}

/** Cells of the hole before its `part`-th run of unknown length. */
function startOfRun({ parts }: HolePlan, lengths: readonly number[], part: number): number {
  let unknown = 0;
  let cells = 0;
  for (const known of parts) {
    if (known !== UNKNOWN) cells += known.length;
    else if (unknown === part) break;
    else cells += lengths[unknown++]!;
  }
  return cells;
}
