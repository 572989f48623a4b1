import type { Slot } from '../contract/steps';
import type { Choice } from './sampling';

/** One position of a hole. */
export interface Cell {
  /** The committed token, or undefined while masked. */
  token: number | undefined;
  /** Probability of the token when it was committed, 0–1; 0 while masked. */
  confidence: number;
  /** Index of the step that committed it, 0 if it was there at the start, −1 while masked. */
  step: number;
  /** Never changes: a word that the user wrote, or a token that the user locked. */
  readonly locked: boolean;
  /** True when it may become two masks, or none, while masked: it belongs to a run of unknown length. */
  readonly elastic: boolean;
  /** The other tokens that were likely when this one was committed, most probable first. */
  alternatives: readonly Choice[];
}

/** A cell as it is at the start. */
export interface CellStart {
  /** Undefined: masked. */
  readonly token?: number | undefined;
  readonly locked?: boolean;
  readonly elastic?: boolean;
  /** Of a token that is there: its probability, 0–1. Default 1. */
  readonly confidence?: number;
  /** Of a masked one: the token that the first step commits, and its probability. */
  readonly draft?: { readonly token: number; readonly confidence: number };
}

/** The present content of all holes. The context is not in it: it never changes. */
export class Canvas {
  readonly holes: readonly Cell[][];

  /** @param holes the cells of each hole, or how many masked ones it has */
  constructor(holes: readonly (number | readonly CellStart[])[]) {
    this.holes = holes.map((start) =>
      typeof start === 'number' ? Array.from({ length: start }, () => cellFrom({})) : start.map(cellFrom),
    );
  }

  /** All positions, holes and cells left to right. */
  slots(): Slot[] {
    return this.holes.flatMap((cells, hole) => cells.map((_, index) => ({ hole, index })));
  }

  /** Masked positions, holes and cells left to right. */
  masked(): Slot[] {
    return this.slots().filter((slot) => this.cell(slot).token === undefined);
  }

  get size(): number {
    return this.holes.reduce((sum, cells) => sum + cells.length, 0);
  }

  cell({ hole, index }: Slot): Cell {
    const cell = this.holes[hole]?.[index];
    if (!cell) throw new RangeError(`The canvas has no cell ${index} in hole ${hole}.`);
    return cell;
  }

  commit(
    slot: Slot,
    token: number,
    confidence: number,
    step: number,
    alternatives: readonly Choice[] = [],
  ): void {
    Object.assign(this.cell(slot), { token, confidence, step, alternatives });
  }

  /** Masks a cell again; its alternatives go. */
  remask(slot: Slot): void {
    Object.assign(this.cell(slot), MASKED);
  }

  /** Puts a new mask behind a cell; the positions behind it move by one. */
  insertAfter({ hole, index }: Slot): Cell {
    const cell = cellFrom({ elastic: true });
    this.holes[hole]!.splice(index + 1, 0, cell);
    return cell;
  }

  /** Back to the start: new cells, as the constructor makes them. */
  restart(holes: readonly (readonly CellStart[])[]): void {
    for (const [hole, start] of holes.entries())
      this.holes[hole]!.splice(0, Infinity, ...start.map(cellFrom));
  }

  /** Takes a cell away; the positions behind it move by one. */
  remove({ hole, index }: Slot): void {
    this.holes[hole]!.splice(index, 1);
  }
}

const MASKED = { token: undefined, confidence: 0, step: -1, alternatives: [] } as const;

function cellFrom({ token, locked = false, elastic = false, confidence = 1 }: CellStart): Cell {
  return token === undefined
    ? { ...MASKED, locked: false, elastic }
    : { token, confidence, step: 0, locked, elastic: false, alternatives: [] };
}
