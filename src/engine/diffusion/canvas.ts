/** A position of the canvas: cell `index` of hole `hole`. */
export interface Slot {
  readonly hole: number;
  readonly index: number;
}

/** One position of a hole. */
export interface Cell {
  /** The committed token, or undefined while masked. */
  token: number | undefined;
  /** Probability of the token when it was committed, 0–1; 0 while masked. */
  confidence: number;
  /** Index of the step that committed it, −1 while masked. */
  step: number;
}

/** The present content of all holes. The context is not in it: it never changes. */
export class Canvas {
  readonly holes: readonly Cell[][];

  /** @param lengths cells of each hole, all masked at first */
  constructor(lengths: readonly number[]) {
    this.holes = lengths.map((length) => Array.from({ length }, () => maskedCell()));
  }

  /** Masked positions, holes and cells left to right. */
  masked(): Slot[] {
    return this.holes.flatMap((cells, hole) =>
      cells.flatMap((cell, index) => (cell.token === undefined ? [{ hole, index }] : [])),
    );
  }

  get size(): number {
    return this.holes.reduce((sum, cells) => sum + cells.length, 0);
  }

  cell({ hole, index }: Slot): Cell {
    const cell = this.holes[hole]?.[index];
    if (!cell) throw new RangeError(`The canvas has no cell ${index} in hole ${hole}.`);
    return cell;
  }

  commit(slot: Slot, token: number, confidence: number, step: number): void {
    Object.assign(this.cell(slot), { token, confidence, step });
  }

  remask(slot: Slot): void {
    Object.assign(this.cell(slot), maskedCell());
  }
}

function maskedCell(): Cell {
  return { token: undefined, confidence: 0, step: -1 };
}
