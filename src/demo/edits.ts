import type { Alternative, CellStart, TextToken } from '../engine/index';
import type { TraceCanvas, TraceCell } from './trace';

/** A cell of a canvas. */
export interface Place {
  readonly hole: number;
  readonly index: number;
}

/** The mask as a cell; its token id is never looked at. */
export const MASKED: TraceCell = { token: 1, text: '', masked: true, confidence: 0, step: -1, locked: false };

/** The canvas with other cells in place of one. */
function splice(canvas: TraceCanvas, { hole, index }: Place, cells: readonly TraceCell[]): TraceCanvas {
  return canvas.map((present, i) =>
    i === hole ? [...present.slice(0, index), ...cells, ...present.slice(index + 1)] : present,
  );
}

function cellAt(canvas: TraceCanvas, { hole, index }: Place): TraceCell | undefined {
  return canvas[hole]?.[index];
}

/** Locks a committed cell, or unlocks it. */
export function toggleLock(canvas: TraceCanvas, place: Place): TraceCanvas {
  const cell = cellAt(canvas, place);
  return !cell || cell.masked ? canvas : splice(canvas, place, [{ ...cell, locked: !cell.locked }]);
}

/** Masks one cell again, locked or not. */
export function remask(canvas: TraceCanvas, place: Place): TraceCanvas {
  return splice(canvas, place, [MASKED]);
}

/** Masks every cell again that is not locked and less probable than `below`. */
export function remaskBelow(canvas: TraceCanvas, below: number): TraceCanvas {
  return canvas.map((cells) =>
    cells.map((cell) => (!cell.masked && !cell.locked && cell.confidence < below ? MASKED : cell)),
  );
}

/** Puts another token into a cell and locks it there: the user has chosen it. */
export function choose(canvas: TraceCanvas, place: Place, chosen: Alternative, step: number): TraceCanvas {
  const { token, text, probability } = chosen;
  const before = cellAt(canvas, place)?.alternatives;
  const alternatives = before && { alternatives: before };
  const cell = { token, text, masked: false, confidence: probability, step, locked: true, ...alternatives };
  return splice(canvas, place, [cell]);
}

/** Puts the tokens of a text that the user wrote in place of a cell, locked; no tokens take the cell away. */
export function write(
  canvas: TraceCanvas,
  place: Place,
  tokens: readonly TextToken[],
  step: number,
): TraceCanvas {
  const cells = tokens.map(({ token, text }) => ({
    token,
    text,
    masked: false,
    confidence: 1,
    step,
    locked: true,
  }));
  return splice(canvas, place, cells);
}

/** What the engine starts from to go on with a canvas. */
export function startOf(canvas: TraceCanvas): CellStart[][] {
  return canvas.map((cells) =>
    cells.map(({ token, masked, locked, confidence }) =>
      masked ? { token: null } : { token, locked, confidence },
    ),
  );
}
