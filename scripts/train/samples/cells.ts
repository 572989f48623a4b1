import type { Random } from '../../../src/engine/index';
import { SPECIAL, SPECIAL_TOKENS } from '../../../src/engine/training';

/** A row of a hole: what the network sees, and what it is to predict there, if anything. */
export interface Cell {
  readonly shown: number;
  readonly target?: number;
  /** Weight of the prediction, in masked tokens. */
  readonly share?: number;
}

/** How holes of another length than their text are made, for `[EXPAND]` and `[DELETE]` (DreamOn, HKU 2025). */
export interface ResizeConfig {
  /** Share of the holes that are merged, and of those that are padded; the others keep their length. */
  readonly merged: number;
  readonly padded: number;
  /** Probability, drawn anew for each hole between these, that two neighbouring masks become one. */
  readonly mergeProbability: readonly [least: number, most: number];
  /** Merging is done once, and again with probability one half up to this often: eight tokens may become one mask. */
  readonly mergeRounds: number;
  /** Most masks that are added to a hole; their number is log-uniform. */
  readonly mostPadding: number;
  /** Weight of all masks that are added to a hole, in tokens, as a power of their number: 0 is that of one token. */
  readonly paddingPower: number;
}

/** Predictions on visible tokens, so that the network can doubt them. */
export interface DoubtConfig {
  /** Share of the visible tokens of holes that are replaced by others, and of those left alone; both are in the loss. */
  readonly corrupted: number;
  readonly clean: number;
}

export function masked(id: number): Cell {
  return { shown: SPECIAL.mask, target: id, share: 1 };
}

/**
 * Neighbouring masks become one that is to expand: `[EXPAND]` says “this mask becomes two”, so what two merged masks
 * hide may be merged again.
 */
export function mergeMasks(cells: readonly Cell[], config: ResizeConfig, random: Random): Cell[] {
  const [least, most] = config.mergeProbability;
  const probability = least + (most - least) * random.uniform();
  let merged = [...cells];
  for (let round = 0; round < config.mergeRounds; round++) {
    if (round > 0 && random.uniform() < 0.5) break;
    const next: Cell[] = [];
    for (let i = 0; i < merged.length; i++) {
      const [cell, neighbour] = [merged[i]!, merged[i + 1]];
      const pair = isMasked(cell) && neighbour !== undefined && isMasked(neighbour);
      if (pair && random.uniform() < probability) {
        next.push(masked(SPECIAL.expand));
        i++;
      } else {
        next.push(cell);
      }
    }
    merged = next;
  }
  return merged;
}

/** How many masks a padded hole gets. */
export function drawPadding({ mostPadding }: ResizeConfig, random: Random): number {
  return Math.floor((mostPadding + 1) ** random.uniform());
}

/**
 * Adds masks that are to go away, at the end of the hole or of a run of masks. They are masked at every t, so their
 * weight has no 1/t in it.
 */
export function padMasks(
  cells: readonly Cell[],
  count: number,
  from: { readonly t: number; readonly paddingPower: number },
  random: Random,
): Cell[] {
  const runEnds = cells.flatMap((cell, i) => {
    const next = cells[i + 1];
    return isMasked(cell) && next !== undefined && !isMasked(next) ? [i + 1] : [];
  });
  const inside = runEnds.length > 0 && random.uniform() < 0.5;
  const at = inside ? runEnds[random.integer(runEnds.length)]! : cells.length;
  const padding = Array.from({ length: count }, (): Cell => ({
    shown: SPECIAL.mask,
    target: SPECIAL.delete,
    share: from.t * count ** (from.paddingPower - 1),
  }));
  return [...cells.slice(0, at), ...padding, ...cells.slice(at)];
}

/**
 * Puts visible tokens into the loss: some replaced by another token, half of them by one of `nearby`, half by any; some
 * as they are. Without the 1/t of masked ones: they are visible at a rate of 1 − t.
 */
export function doubtVisible(
  cells: readonly Cell[],
  { corrupted, clean }: DoubtConfig,
  from: { readonly t: number; readonly nearby: readonly number[]; readonly vocabulary: number },
  random: Random,
): Cell[] {
  const { t, nearby, vocabulary } = from;
  const first = SPECIAL_TOKENS.length;
  const other = (): number =>
    nearby.length > 0 && random.uniform() < 0.5
      ? nearby[random.integer(nearby.length)]!
      : first + random.integer(vocabulary - first);
  return cells.map((cell) => {
    if (isMasked(cell)) return cell;
    const u = random.uniform();
    if (u < corrupted) return { shown: other(), target: cell.shown, share: t };
    return u < corrupted + clean ? { ...cell, target: cell.shown, share: t } : cell;
  });
}

function isMasked({ shown }: Cell): boolean {
  return shown === SPECIAL.mask;
}
