import type { Slot } from '../../contract/steps';
import { probabilityOf } from '../../diffusion/sampling';
import { SPECIAL } from '../../text/special-tokens';
import type { RunningRequest } from '../running-request';
import type { Runtime } from '../../model/runtime/runtime';
import type { CandidateRun } from './candidate';
import { predict, tokenIds, type Ask } from './predict';

/** The model's probabilities of a candidate's least sure tokens when all others stand there. */
export interface SecondLook {
  /** ln p of each where it alone is masked. */
  readonly alone: readonly number[];
  /** Sums of the probabilities that these masks had rather be two, and none. */
  readonly expand: number;
  readonly delete: number;
}

/** Of the tokens that were least sure when they were drawn so many are masked, each in a canvas of its own. */
const MOST_ALONE = 6;

/**
 * Reads the probabilities of each candidate's least sure tokens again, with the others in place: one call of the mask
 * predictor for all candidates. Read as visible tokens they would tell nothing: those of right and of wrong fills are as
 * probable then.
 */
export async function lookAgain(
  runtime: Runtime,
  run: RunningRequest,
  candidates: readonly CandidateRun[],
): Promise<SecondLook[]> {
  const unsure = candidates.map(({ canvas }) =>
    canvas
      .slots()
      .filter((slot) => canvas.cell(slot).step > 0)
      .sort((a, b) => canvas.cell(a).confidence - canvas.cell(b).confidence)
      .slice(0, MOST_ALONE),
  );
  const asks = candidates.flatMap(({ canvas }, i) => {
    const holes = tokenIds(canvas.holes);
    return unsure[i]!.map((slot): Ask => ({ holes: masked(holes, slot), wanted: [slot] }));
  });
  const rows = asks.length === 0 ? [] : (await predict(runtime, run, asks)).flat();
  const lengths: readonly number[] = [SPECIAL.expand, SPECIAL.delete];
  const banned = runtime.tokenizer.unwritable.filter((token) => !lengths.includes(token));
  for (const row of rows) row.ban(banned);
  return candidates.map(({ canvas }, i): SecondLook => {
    const slots = unsure[i]!;
    const own = rows.splice(0, slots.length);
    const sum = (of: number): number => own.reduce((total, row) => total + probabilityOf(of, row), 0);
    return {
      alone: own.map((row, n) => Math.log(probabilityOf(canvas.cell(slots[n]!).token!, row))),
      expand: sum(SPECIAL.expand),
      delete: sum(SPECIAL.delete),
    };
  });
}

function masked(holes: readonly (readonly number[])[], { hole, index }: Slot): number[][] {
  return holes.map((ids, h) => (h === hole ? ids.with(index, SPECIAL.mask) : [...ids]));
}
