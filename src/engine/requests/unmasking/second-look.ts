import type { Slot } from '../../contract/steps';
import { probabilityOf } from '../../diffusion/sampling';
import { SPECIAL } from '../../text/special-tokens';
import type { RunningRequest } from '../running-request';
import type { Runtime } from '../../model/runtime/runtime';
import type { CandidateRun } from './candidate';
import { predict, tokenIds, type Ask } from './predict';

/** What the model thinks of a candidate's tokens when all of them stand there. */
export interface SecondLook {
  /** Of each predicted token, ln p as a visible one. */
  readonly doubt: readonly number[];
  /** Of the least sure ones, ln p where it alone is masked. */
  readonly alone: readonly number[];
  /** Sums of the probabilities that these masks had rather be two, and none. */
  readonly expand: number;
  readonly delete: number;
}

/** Of the tokens that were least sure when they were drawn so many are masked, each in a canvas of its own. */
const MOST_ALONE = 6;

/**
 * Reads each predicted token's probability again, with the others in place: one call of the mask predictor for all
 * candidates, in which a token stands as it is (doubt) and, in a canvas of its own, alone is masked.
 */
export async function lookAgain(
  runtime: Runtime,
  run: RunningRequest,
  candidates: readonly CandidateRun[],
): Promise<SecondLook[]> {
  const slots = candidates.map(({ canvas }) => canvas.slots().filter((slot) => canvas.cell(slot).step > 0));
  const unsure = candidates.map(({ canvas }, i) =>
    [...slots[i]!]
      .sort((a, b) => canvas.cell(a).confidence - canvas.cell(b).confidence)
      .slice(0, MOST_ALONE),
  );
  const asks = candidates.map(({ canvas }, i): Ask[] => {
    const holes = tokenIds(canvas.holes);
    const own = slots[i]!;
    if (own.length === 0) return [];
    const alone = unsure[i]!.map((slot): Ask => ({ holes: masked(holes, slot), wanted: [slot] }));
    return [{ holes, wanted: own }, ...alone];
  });
  const lengths: readonly number[] = [SPECIAL.expand, SPECIAL.delete];
  const banned = runtime.tokenizer.unwritable.filter((token) => !lengths.includes(token));
  const rows = asks.flat().length === 0 ? [] : await predict(runtime, run, asks.flat());
  for (const row of rows.flat()) row.ban(banned);
  return candidates.map(({ canvas }, i): SecondLook => {
    const [doubted = [], ...single] = rows.splice(0, asks[i]!.length);
    const token = (slot: Slot): number => canvas.cell(slot).token!;
    const sum = (of: number): number => single.reduce((total, [row]) => total + probabilityOf(of, row!), 0);
    return {
      doubt: doubted.map((row, n) => Math.log(probabilityOf(token(slots[i]![n]!), row))),
      alone: single.map(([row], n) => Math.log(probabilityOf(token(unsure[i]![n]!), row!))),
      expand: sum(SPECIAL.expand),
      delete: sum(SPECIAL.delete),
    };
  });
}

function masked(holes: readonly (readonly number[])[], { hole, index }: Slot): number[][] {
  return holes.map((ids, h) => (h === hole ? ids.with(index, SPECIAL.mask) : [...ids]));
}
